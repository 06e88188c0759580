"""The module's own parameters first, then child by child; a tensor is known by its place in memory."""


def count_parameters(module):
    seen, counts = set(), {}
    own = [parameter for name, parameter in module.named_parameters() if "." not in name]
    total = sum(parameter.numel() for parameter in own)
    seen.update(parameter.data_ptr() for parameter in own)
    for name, child in module.named_children():
        counts[name] = 0
        for parameter in child.parameters():
            if parameter.data_ptr() not in seen:
                seen.add(parameter.data_ptr())
                counts[name] += parameter.numel()
        total += counts[name]
    counts["total"] = total
    return counts
