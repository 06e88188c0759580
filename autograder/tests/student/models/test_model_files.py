"""Names that were meant to be a model's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import about_near_misses, names_near, near_misses

WEIGHTS, ARGUMENTS = "rnn_lm.safetensors", "rnn_lm.json"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (WEIGHTS, "RNN_LM.safetensors"),
        (WEIGHTS, "rnn_lm (1).safetensors"),
        (WEIGHTS, "rnn_lm-Copy1.safetensors"),
        (WEIGHTS, "Copy of rnn_lm.safetensors"),
        (WEIGHTS, "rnn_lm-1.safetensors"),  # an earlier training, set aside
        (WEIGHTS, "rnn_lm.safetensors.txt"),
        (WEIGHTS, "ｒｎｎ_lm.safetensors"),
        (WEIGHTS, "best_model.safetensors"),
        (WEIGHTS, "rnn_lm.pt"),
        (WEIGHTS, "rnn-lm.pth"),
        (WEIGHTS, "models/rnn_lm.safetensors"),
        (WEIGHTS, "out.v2/RNN_LM.safetensors"),
        (ARGUMENTS, "rnn_lm (1).json"),
        (ARGUMENTS, "rnn_lm.json.txt"),
        (ARGUMENTS, "models/rnn_lm.json"),
    ],
)
def test_a_near_miss_is_found(wanted: str, name: str) -> None:
    """What browsers, JupyterLab, Windows and people make of a name."""
    assert near_misses(wanted, [name]) == [name]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (WEIGHTS, WEIGHTS),
        (WEIGHTS, ARGUMENTS),
        (WEIGHTS, "subword_lm.safetensors"),  # the model of another assignment
        (WEIGHTS, "models/subword_lm (1).safetensors"),
        (WEIGHTS, "best_model.pt"),
        (WEIGHTS, "rnn_basics.ipynb"),
        (ARGUMENTS, "receipt.json"),
        (ARGUMENTS, "rnn_lm (1).safetensors"),
    ],
)
def test_other_files_are_none(wanted: str, name: str) -> None:
    """Neither the file itself, nor another's."""
    assert near_misses(wanted, [name]) == []


def test_every_assignment_with_a_trained_model_has_names_for_its_files() -> None:
    """Else its hand-in would lack the model."""
    for name in assignment_names():
        assert any(task.is_measured for task in source_notebook(name).tasks()) <= (name in MEASURED_MODELS)


@given(st.lists(st.text(max_size=20)))
def test_no_name_upsets_it(names: list[str]) -> None:
    """Names come from anywhere."""
    assert set(near_misses(WEIGHTS, names)) <= set(names)


def test_a_folder_is_searched_one_level_deep(tmp_path: Path) -> None:
    """Not hidden folders, not folders that are somebody's own work, and no links to folders."""
    for name in (
        "hw.ipynb",
        "models/rnn_lm.json",
        "bob/hw.ipynb",
        "bob/rnn_lm.json",
        ".x/a.json",
        "a/b/c.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "bob")
    assert sorted(names_near(tmp_path)) == ["hw.ipynb", "link", "models/rnn_lm.json"]
    assert names_near(tmp_path / "nothing") == []


def test_a_near_miss_is_named_once_with_what_is_read() -> None:
    """A file of `torch.save` is told what to do; a name of any letters spoils no sentence."""
    said = about_near_misses([WEIGHTS, ARGUMENTS], ["models/rnn_lm.json", "rnn_lm.pt", "`\x1b.safetensors"])
    assert said == [
        "Is `??.safetensors` meant to be the model? Only `rnn_lm.safetensors` beside the notebook is read.",
        "Is `rnn_lm.pt` meant to be the model? Only `rnn_lm.safetensors` beside the notebook is read.",
        "Is `models/rnn_lm.json` meant to be the model? Only `rnn_lm.json` beside the notebook is read.",
        "A file of `torch.save` is never opened: save the model with `save_checkpoint`.",
    ]
    assert about_near_misses([], ["rnn_lm.pt"]) == []
