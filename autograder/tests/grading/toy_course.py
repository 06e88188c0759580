"""What a course in miniature is made of, whatever its models are: a training, checkpoint files, a submission."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from autograder.assignments.sources import source_notebook
from autograder.grading.graded import Submission
from autograder.student.core.notebook import CHECK_PREFIX, SETUP_TAG, Notebook
from autograder.student.models.checkpoints import save_checkpoint


def trained(model_class: type[nn.Module], arguments: Mapping[str, Any], ids: torch.Tensor) -> nn.Module:
    """A model after some seconds of training on the ids (N,) of a text."""
    source = ids[: len(ids) // 32 * 32].view(32, -1).t()  # (T, B)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = model_class(**arguments)
        optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
        for _epoch in range(5):
            state = model.init_state(32)  # type: ignore[operator]
            for start in range(0, len(source) - 20, 20):
                state = tuple(part.detach() for part in state)
                logits, state = model(source[start : start + 20], state)
                targets = source[start + 1 : start + 21]
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
    return model


def checkpoint_files(
    model: nn.Module, arguments: Mapping[str, Any], stem: str, **notes: Any
) -> dict[str, bytes]:
    """The two files of a checkpoint by name."""
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(model, arguments, Path(folder) / stem, **notes)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def measured_part(assignment: str, task: str) -> Notebook:
    """The setup and the measured task of a real notebook."""
    return Notebook(
        tuple(
            cell
            for cell in source_notebook(assignment).cells
            if SETUP_TAG in cell.tags or cell.grade_id.removeprefix(CHECK_PREFIX) == task
        )
    )


def submission_of(
    assignment: str, task: str, own: Sequence[str], files: Mapping[str, bytes], training: str = "pass"
) -> Submission:
    """A notebook with the setup, cells of its own, and the measured task, with these files beside it."""
    cells = []
    for cell in measured_part(assignment, task).cells:
        source = training if cell.grade_id == task else cell.source
        metadata = {"tags": sorted(cell.tags), "nbgrader": cell.nbgrader}
        cells.append({"id": cell.id, "cell_type": cell.kind, "source": source, "metadata": metadata})
    own_cells = [
        {"id": f"own-{i}", "cell_type": "code", "source": source, "metadata": {}}
        for i, source in enumerate(own)
    ]
    document = {
        "cells": cells[:-2] + own_cells + cells[-2:],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return Submission("pupil", json.dumps(document).encode(), f"{assignment}.ipynb", assignment, files)
