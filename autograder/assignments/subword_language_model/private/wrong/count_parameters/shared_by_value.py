# wrong: tensors are taken for shared if they have equal shape and equal values, so two zero biases or copied weights count once
# odd
def count_parameters(module: nn.Module) -> dict[str, int]:
    known = []

    def is_known(p):
        for q in known:
            if q.shape == p.shape and torch.equal(q, p):
                return True
        return False

    def fresh(params):
        n = 0
        for p in params:
            if not is_known(p):
                known.append(p)
                n += p.numel()
        return n

    out = dict((name, fresh(child.parameters())) for name, child in module.named_children())
    out["total"] = sum(out.values()) + fresh(module.parameters(recurse=False))
    return out
