"""Says what a measured model is worth: nothing at the floor, all at the target, linear in nats between.

The numbers are measured, not chosen: `autograder data thresholds` writes `data/thresholds.json`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.student import corpora
from autograder.student.core.language import _
from autograder.student.core.metric import PERPLEXITY, Metric
from autograder.student.models.measured_models import MEASURED_MODELS

BySplit = Mapping[str, float]  # "valid", "hidden"


class MissingThresholds(Exception):
    """The file of thresholds cannot be used; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Thresholds:
    """The numbers that bound the marks of an assignment, and those that a model can be compared with."""

    corpus: str
    vocabulary_size: int  # of the baselines
    floor: BySplit
    target: BySplit
    baselines: Mapping[str, BySplit]  # uniform, unigram, kneser_ney_2, kneser_ney_3, kneser_ney_5 …
    metric: Metric = PERPLEXITY

    def credit(self, number: float, split: str = "hidden") -> float:
        """The share of the points, from 0 to 1; what the metric cannot be is worth nothing.

        >>> marks = Thresholds("toy", 400, {"hidden": 100.0}, {"hidden": 25.0}, {})
        >>> marks.credit(100), round(marks.credit(50), 6), marks.credit(20), marks.credit(float("nan"))
        (0.0, 0.5, 1.0, 0.0)
        """
        if not self.metric.best <= number < math.inf:  # not NaN either
            return 0.0
        return min(max(self.metric.share(number, self.floor[split], self.target[split]), 0.0), 1.0)

    def sentence(self, number: float, count: int, split: str) -> str:
        """What a number on a text of so many words, or bytes, is worth, in words."""
        share, floor, target = self.credit(number, split), self.floor[split], self.target[split]
        return self.metric.worth(number, count, share, floor, target)


def thresholds(assignment: str, path: Path | None = None) -> Thresholds:
    """The thresholds of an assignment on its corpus, as they were measured."""
    path = path or corpora.DATA / "thresholds.json"
    try:
        model = MEASURED_MODELS[assignment]
        entry: dict[str, Any] = json.loads(path.read_bytes())[assignment][model.corpus]
        found = Thresholds(
            model.corpus,
            entry["vocabulary_size"],
            entry["floor"],
            entry["target"],
            entry["baselines"],
            model.metric,
        )
        for split in {*found.floor, *found.target}:
            if not found.metric.best < found.target[split] < found.floor[split] < math.inf:  # not NaN either
                raise ValueError(f"no marks lie between the lines of {split}")
        return found
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MissingThresholds(
            _(
                "data/{name} has no thresholds for {assignment}: unpack the course's archive again, or in the "
                "instructor's copy run “autograder data thresholds”."
            ).format(name=path.name, assignment=assignment)
        ) from error
