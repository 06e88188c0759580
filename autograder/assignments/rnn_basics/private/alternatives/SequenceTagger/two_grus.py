"""Two layers of one direction each; the second reads every row the other way round."""


class SequenceTagger(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.left = nn.GRU(embed, hidden, batch_first=True)
        self.right = nn.GRU(embed, hidden, batch_first=True)
        self.out = nn.Linear(2 * hidden, classes)

    def forward(self, ids, lengths):
        x = self.embedding(ids)
        # position t of a row goes to length - 1 - t; the padding stays where it is
        t = torch.arange(ids.shape[1]).expand_as(ids)
        flipped = torch.where(t < lengths[:, None], lengths[:, None] - 1 - t, t)
        rows = torch.arange(len(ids))[:, None]
        forward, _ = self.left(x)
        backward, _ = self.right(x[rows, flipped])
        return self.out(torch.cat([forward, backward[rows, flipped]], dim=2))
