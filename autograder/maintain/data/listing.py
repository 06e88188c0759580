"""The tables of `autograder data`: the corpora, and the perplexities of the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from autograder.maintain.data.manifest import MANIFEST, read_json, read_manifest
from autograder.maintain.data.prepare import DEFAULT, prepared_names, problems
from autograder.student.core.language import _
from autograder.student.core.metric import Metric
from autograder.student.corpora import DATA
from autograder.student.models.measured_models import MEASURED_MODELS


def corpora_table(data: Path = DATA) -> Table:
    """Name, state, tokens of the three splits, source and licence."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(_("corpus"), no_wrap=True)
    table.add_column(_("prepared"))
    table.add_column(_("tokens (train, valid, hidden)"), justify="right")
    table.add_column(_("source"))
    table.add_column(_("licence"))
    known, prepared = read_manifest(data), prepared_names(data)
    for name in [*known, *(name for name in prepared if name not in known)]:
        entry = known.get(name, {})
        row = (
            name,
            _state(name, entry, name in prepared, data),
            _tokens(name, entry, data),
            _source(entry),
            entry.get("licence", ""),
        )
        table.add_row(*map(escape, row))
    return table


def baselines_table(assignment: str, entry: Mapping[str, Any]) -> Table:
    """The number of everything measured in the assignment's metric, and the lines that bound the marks."""
    metric = MEASURED_MODELS[assignment].metric
    table = Table(box=None, pad_edge=False, header_style="bold", title=assignment, title_justify="left")
    for title, side in (
        (metric.title, "left"),
        (_("valid"), "right"),
        (_("hidden"), "right"),
        ("", "left"),
    ):
        table.add_column(title, justify=side)  # type: ignore[arg-type]
    bounds = {_("no points"): entry["floor"], _("all points"): entry["target"]}
    for name, measured in entry["baselines"].items():
        _add_row(table, name, measured, metric, next((b for b in bounds if bounds[b] == measured), ""))
    for bound, measured in bounds.items():
        if measured not in entry["baselines"].values():
            _add_row(table, "", measured, metric, bound)
    for seed, measured in entry.get("reference", {}).get("seeds", {}).items():
        _add_model(table, _("solution, seed {seed}").format(seed=seed), measured, metric)
    for mistake, measured in entry.get("flawed", {}).items():
        _add_model(table, mistake, measured, metric)
    return table


def _add_model(table: Table, name: str, measured: Mapping[str, float], metric: Metric) -> None:
    _add_row(table, name, measured, metric, _("{share:.0%} of the points").format(share=measured["credit"]))


def _add_row(table: Table, name: str, measured: Mapping[str, float], metric: Metric, remark: str) -> None:
    table.add_row(name, *(metric.shown(measured[split]) for split in ("valid", "hidden")), remark)


def _state(name: str, entry: Mapping[str, Any], is_prepared: bool, data: Path) -> str:
    if "package" in entry.get("source", {}) and name != DEFAULT:
        return _("not needed")
    if not is_prepared:
        return _("no")
    return _("damaged") if problems(name, data) else _("yes")


def _tokens(name: str, entry: Mapping[str, Any], data: Path) -> str:
    record = data / "prepared" / name / MANIFEST
    counts = (read_json(record) if record.exists() else entry).get("counts", {})
    return ", ".join(f"{split['tokens']:,}" for split in counts.values() if "tokens" in split)


def _source(entry: Mapping[str, Any]) -> str:
    source = entry.get("source", {})
    if "archives" in source:
        return ", ".join(f"{each['package']}={each['version']}" for each in source["archives"])
    if "package" in source:
        return f"{source['package']}=={source['version']}"
    return _("yours: {files}").format(files=source.get("files", "*.txt"))
