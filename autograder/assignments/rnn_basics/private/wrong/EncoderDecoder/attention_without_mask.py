# wrong: the decoder attends to all source positions without masking those of the padding
# odd
class EncoderDecoder(nn.Module):
    def __init__(self, vocab_size, embed, hidden):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed)
        self.reader = nn.GRU(embed, hidden, batch_first=True)
        self.writer = nn.GRU(embed, hidden, batch_first=True)
        self.final = nn.Linear(2 * hidden, vocab_size)

    def forward(self, source, lengths, target_in):
        memory, _ = self.reader(self.embed(source))
        rows = torch.arange(source.shape[0])
        start = memory[rows, lengths - 1].unsqueeze(0)
        written, _ = self.writer(self.embed(target_in), start)
        weights = torch.einsum("bth,bsh->bts", written, memory).softmax(dim=-1)
        context = weights @ memory
        return self.final(torch.cat([written, context], dim=-1))
