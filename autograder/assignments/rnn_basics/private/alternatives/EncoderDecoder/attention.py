"""A bidirectional encoder and a decoder cell that attends to it, padding masked out."""


class EncoderDecoder(nn.Module):
    def __init__(self, vocab_size, embed, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed)
        self.encoder = nn.GRU(embed, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.cell = nn.GRUCell(embed + hidden, hidden)
        self.output = nn.Linear(2 * hidden, vocab_size)

    def forward(self, source, lengths, target_in):
        packed = pack_padded_sequence(self.embedding(source), lengths, batch_first=True, enforce_sorted=False)
        memory, final = self.encoder(packed)
        memory, _ = pad_packed_sequence(memory, batch_first=True, total_length=source.size(1))
        keys = self.bridge(memory)  # (B, S, H)
        h = torch.tanh(self.bridge(torch.cat([final[0], final[1]], dim=1)))
        is_padding = torch.arange(source.size(1)) >= lengths[:, None]
        scores = []
        for x in self.embedding(target_in).unbind(1):
            weights = (keys @ h[:, :, None]).squeeze(2).masked_fill(is_padding, -torch.inf).softmax(dim=1)
            context = (weights[:, None] @ keys).squeeze(1)
            h = self.cell(torch.cat([x, context], dim=1), h)
            scores.append(self.output(torch.cat([h, context], dim=1)))
        return torch.stack(scores, dim=1)
