"""Counts with tensors."""


def compression(tokenizer, text):
    ids = torch.tensor(tokenizer.encode(text))
    raw = torch.tensor(list(bytes(text, "utf-8")))
    return raw.numel() / ids.numel()
