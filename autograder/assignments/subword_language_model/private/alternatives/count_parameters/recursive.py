"""Walks down the tree itself, with a list of storages that it has met."""


def count_parameters(module):
    met = {}

    def walk(part):
        number = 0
        for _name, tensor in part._parameters.items():
            if tensor is not None and id(tensor) not in met:
                met[id(tensor)] = tensor
                number += tensor.nelement()
        return number + sum(walk(child) for child in part.children())

    table = {}
    for name, child in module.named_children():
        table[name] = walk(child)
    table["total"] = sum(table.values()) + walk(module)
    return table
