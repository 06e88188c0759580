# wrong: the total is only the sum of the children, parameters that the module owns itself are missing
# common
def count_parameters(module: nn.Module) -> dict[str, int]:
    seen = []
    sizes = {}
    for key, sub in module.named_children():
        sizes[key] = 0
        for weight in sub.parameters():
            if any(weight is old for old in seen):
                continue
            seen.append(weight)
            sizes[key] += math.prod(weight.shape)
    sizes["total"] = sum(sizes.values())
    return sizes
