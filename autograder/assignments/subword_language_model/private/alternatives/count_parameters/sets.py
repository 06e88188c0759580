"""Sets of tensors: what a child adds to those before it."""


def count_parameters(module):
    known, result = set(), {}
    for name, child in module._modules.items():
        new = set(child.parameters()) - known
        known |= new
        result[name] = sum(map(torch.Tensor.numel, new))
    result["total"] = sum(map(torch.Tensor.numel, set(module.parameters())))
    return result
