# wrong: the backward network reads the flipped padded rows, so it starts with the padding and its result depends on it
# odd
class SequenceTagger(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.table = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.left_to_right = nn.GRU(embed, hidden, batch_first=True)
        self.right_to_left = nn.GRU(embed, hidden, batch_first=True)
        self.score = nn.Linear(2 * hidden, classes)

    def forward(self, ids, lengths):
        e = self.table(ids)
        forward_states, _ = self.left_to_right(e)
        backward_states, _ = self.right_to_left(torch.flip(e, dims=[1]))
        both = torch.cat([forward_states, torch.flip(backward_states, dims=[1])], dim=2)
        return self.score(both)
