# wrong: a tensor that two children share is counted in both of them, and twice in the total
# common
def count_parameters(module: nn.Module) -> dict[str, int]:
    result = {}
    total = 0
    for name, child in module.named_children():
        n = sum(p.numel() for p in child.parameters())
        result[name] = n
        total += n
    for p in module.parameters(recurse=False):
        total += p.numel()
    result["total"] = total
    return result
