"""Says which options of `autograder grade` do nothing without another one, so that none is ignored in silence."""

from __future__ import annotations

from collections.abc import Collection

from autograder.student.core.language import _


def lacking_partner(
    formats: Collection[str],
    seed: int | None,
    due: str,
    late_policy: str,
    shard: str,
    shows_model_answers: bool,
) -> str:
    """A sentence for the first option whose partner is missing; empty if there is none.

    >>> lacking_partner(["html"], None, "", "10%/day", "", False)
    'A late policy needs a due date: --due 2026-11-20T23:59.'
    """
    if late_policy != "none" and not due:
        return _("A late policy needs a due date: --due 2026-11-20T23:59.")
    if shard and seed is None:
        return _(
            "--shard needs a seed that all shards share: set AUTOGRADER_SEED to a secret number, or give --seed."
        )
    if shows_model_answers and "html" not in formats:
        return _("--model-answers shows them on the students' pages: add html to --format.")
    return ""
