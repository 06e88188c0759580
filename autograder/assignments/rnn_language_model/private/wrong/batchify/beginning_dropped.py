# wrong: what is left over is dropped at the beginning of the text instead of at its end
# odd
def batchify(ids, batch_size):
    extra = ids.numel() % batch_size
    chunks = ids[extra:].chunk(batch_size)
    return torch.stack(chunks, dim=1)
