"""The gradients that the student's side found, read out of a reply that may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch


@dataclass(frozen=True)
class Gradients:
    """What a differentiated call returned, and its gradients; `None` where nothing flows."""

    value: Any
    arguments: list[torch.Tensor | None]  # one for each tensor among the arguments, None for those not leaves
    watched: list[torch.Tensor | None]  # one for each of `wrt`
    parameters: dict[str, torch.Tensor | None]  # by name, of every module among function and arguments


def read_gradients(value: Any, found: Mapping[str, Any], count: int) -> Gradients | None:
    """The gradients beside the value of a call; None if these are not gradients.

    There is one for each tensor among the arguments: `count` of ours at least, and those that had been kept over there.

    >>> found = {"arguments": [None], "watched": [], "parameters": {"weight": torch.ones(2)}}
    >>> read_gradients(None, found, 1).parameters
    {'weight': tensor([1., 1.])}
    >>> read_gradients(None, found | {"arguments": [True]}, 1) is None
    True
    """
    arguments, watched, parameters = (found.get(name) for name in ("arguments", "watched", "parameters"))
    if not (isinstance(arguments, list) and isinstance(watched, list) and isinstance(parameters, dict)):
        return None
    are_gradients = all(
        one is None or (isinstance(one, torch.Tensor) and one.is_floating_point())
        for one in [*arguments, *watched, *parameters.values()]
    )
    if not are_gradients or len(arguments) < count:
        return None
    return Gradients(value, arguments, watched, parameters)
