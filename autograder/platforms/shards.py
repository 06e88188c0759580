"""Splits a class over several machines: each grades the students whose names fall to it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from autograder.student.core.language import _

_SHARD = re.compile(r"(\d{1,5})/(\d{1,5})")


class BadShard(ValueError):
    """A shard that does not exist; the sentence says what one looks like."""


@dataclass(frozen=True)
class Shard:
    """One of `count` parts of a class; the first has the number 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def holds(self, student: str) -> bool:
        """Whether this student is in this part. It depends on the name alone, and is the same on every machine.

        >>> [str(shard) for shard in map(shard_from, ["1/3", "2/3", "3/3"]) if shard.holds("ada")]
        ['3/3']
        """
        digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1


def shard_from(text: str) -> Shard:
    """The shard in a text such as "2/3"; `BadShard` for anything else.

    >>> shard_from("2/3")
    Shard(number=2, count=3)
    """
    match = _SHARD.fullmatch(text.strip())
    shard = Shard(int(match[1]), int(match[2])) if match else Shard(0, 0)
    if not 1 <= shard.number <= shard.count:
        raise BadShard(
            _(
                "{text} is not a shard. Write the number of this one and how many there are, as in 2/3."
            ).format(text=f"“{text}”")
        )
    return shard
