# wrong: the ids are viewed as (N // B, B) directly, so the text runs along the rows instead of down the columns
# common
def batchify(ids, batch_size):
    nbatch = ids.size(0) // batch_size
    data = ids.narrow(0, 0, nbatch * batch_size)
    return data.view(nbatch, batch_size)
