"""A better model of an earlier training is not forgotten beside a worse one."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from autograder.student.models.earlier import better_earlier, reached


def write(folder: Path, **models: float) -> None:
    for name, number in models.items():
        (folder / f"{name}.json").write_text(json.dumps({"valid_perplexity": number}), encoding="utf-8")


@pytest.mark.parametrize(
    ("newest", "first", "second", "named"),
    [(70.0, 69.0, 80.0, "lm-1"), (70.0, 69.0, 60.0, "lm-2"), (60.0, 69.0, 80.0, ""), (70.0, 69.99, 80.0, "")],
)
def test_the_best_earlier_model_is_named(
    tmp_path: Path, newest: float, first: float, second: float, named: str
) -> None:
    """If it is better than the newest by more than noise."""
    write(tmp_path, **{"lm": newest, "lm-1": first, "lm-2": second, "lm-old": 1.0})
    said = "".join(better_earlier(tmp_path / "lm"))
    assert (f"{named}.safetensors" in said) if named else (said == "")


def test_a_file_that_does_not_tell_counts_for_nothing(tmp_path: Path) -> None:
    """Another program's, or a damaged one; bits per byte are read as well."""
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    (tmp_path / "b.json").write_text('{"valid_bits_per_byte": 1.5}', encoding="utf-8")
    assert reached(tmp_path / "a.json") == reached(tmp_path / "none.json") == math.inf
    assert reached(tmp_path / "b.json") == 1.5
    assert better_earlier(tmp_path / "none") == []
