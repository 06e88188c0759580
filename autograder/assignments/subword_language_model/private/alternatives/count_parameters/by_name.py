"""Sorts the names of all parameters, each tensor once, by what stands before the first dot."""


def count_parameters(module):
    result = dict.fromkeys(dict(module.named_children()), 0)
    total = 0
    for name, tensor in module.named_parameters():  # the module's own come first, each tensor once
        total += tensor.numel()
    seen = []
    for child_name, child in module.named_children():
        for tensor in child.parameters():
            if not any(tensor is other for other in seen):
                seen.append(tensor)
                result[child_name] += math.prod(tensor.shape)
    result["total"] = total
    return result
