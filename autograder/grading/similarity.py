"""Tells which checkpoints of a class are the same, or nearly: trained once, and handed in twice.

Every result keeps a short fingerprint of its checkpoint, so that a class can be compared without its weights, in
any order, on any machine, and again when a run is resumed. Two students who train on their own begin with other
random numbers, and the cosine of their weights stays low (below 0.3 where it was measured). A copy has 1, one with
noise of a third of the weights' own size 0.95, one that was trained 4 % longer 0.97; rounding, scaling and
other names change nothing. A copy whose units were put into another order gets past this.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograder.student.core.results import Result

if TYPE_CHECKING:
    import numpy
    import torch

    from autograder.student.models.checkpoints import Checkpoint

KEPT = "checkpoint"  # where in a result's provenance the fingerprint is
BITS = 512  # of a sketch: the cosine of two independent matrices comes out within ±0.2, near 1 far closer
ALIKE = 0.9  # from this cosine on, two checkpoints are said to be nearly identical
_MAX_MATRICES = 32  # the largest; an honest model has a handful


def fingerprint_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """What a result keeps of a checkpoint: its hash, and a sketch of each of its matrices.

    Vectors are left out: the output layer's bias comes near the frequencies of the words in everybody's model.
    """
    matrices = sorted(
        (tensor for tensor in checkpoint.tensors.values() if tensor.dim() > 1 and tensor.is_floating_point()),
        key=lambda tensor: -tensor.numel(),
    )
    sketches = sorted([list(tensor.shape), sketch(tensor)] for tensor in matrices[:_MAX_MATRICES])
    return {"sha256": checkpoint.sha256, "matrices": sketches}


def sketch(matrix: torch.Tensor) -> str:
    """The signs of `BITS` fixed random projections: the share of two sketches' bits that differ is their angle / π.

    Each number has a random sign and goes to one of the projections in turn: as good as full random projections
    for matrices of this size, and a single pass over them.
    """
    import numpy

    values = matrix.float().flatten().numpy()
    signed = values * _signs(len(values))
    signed.resize(-(-len(signed) // BITS) * BITS, refcheck=False)  # zeros to the next multiple
    return numpy.packbits(signed.reshape(-1, BITS).sum(0, dtype=float) > 0).tobytes().hex()


@lru_cache(maxsize=4)
def _signs(count: int) -> numpy.ndarray[Any, Any]:
    """The same +1 and -1 for ever: those of a hash, not of a library's generator."""
    import numpy

    bits = numpy.frombuffer(hashlib.shake_256(b"signs").digest(-(-count // 8)), dtype=numpy.uint8)
    return numpy.unpackbits(bits)[:count].astype(numpy.int8) * 2 - 1


@dataclass(frozen=True)
class _Fingerprint:
    sha256: str
    matrices: tuple[tuple[tuple[int, ...], int], ...]  # shape, bits

    @classmethod
    def of(cls, result: Result) -> _Fingerprint | None:
        """What the result kept; None if no checkpoint was handed in."""
        kept = result.provenance.get(KEPT)
        if not kept:
            return None
        return cls(kept["sha256"], tuple((tuple(shape), int(bits, 16)) for shape, bits in kept["matrices"]))


def similarity(one: _Fingerprint, other: _Fingerprint) -> float:
    """The cosine of two checkpoints: of each matrix with the nearest of its shape, weighted by their sizes.

    Names say nothing: they can be changed. 1.0 only if they are the same file.
    """
    if one.sha256 == other.sha256:
        return 1.0
    # Either way round: who adds matrices of her own to a copy still has all of the original.
    return min(max(_cosine(one, other), _cosine(other, one)), 0.999)


def _cosine(one: _Fingerprint, other: _Fingerprint) -> float:
    total = weighted = 0.0
    for shape, bits in one.matrices:
        size = math.prod(shape)
        same = [(bits ^ theirs).bit_count() for their_shape, theirs in other.matrices if their_shape == shape]
        total += size
        weighted += size * (math.cos(math.pi * min(same) / BITS) if same else 0.0)
    return weighted / total if total else 0.0


def alike_checkpoints(results: Sequence[Result]) -> dict[tuple[int, int], float]:
    """The cosines of nearly identical checkpoints, by the positions of the two results, the lower one first."""
    kept = [(number, found) for number, result in enumerate(results) if (found := _Fingerprint.of(result))]
    cosines = {
        (first, second): similarity(one, other)
        for (first, one), (second, other) in itertools.combinations(kept, 2)
    }
    return {pair: cosine for pair, cosine in cosines.items() if cosine >= ALIKE}
