"""Which checkpoint belongs to whose notebook: beside it, in an archive, under another name; never a neighbour's."""

from __future__ import annotations

import os
import re
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading import archives, beside
from autograder.grading.find import NothingToGrade, find_submissions
from autograder.student.models import checkpoints
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import names_near
from autograder.student.submission.warnings import about_model
from autograder.tests.grading.empty_notebooks import NAMES, put

WEIGHTS, ARGUMENTS = "rnn_lm.safetensors", "rnn_lm.json"


def put_checkpoint(folder: Path, content: bytes = b"weights") -> None:
    """Both files of a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(content)
    (folder / ARGUMENTS).write_bytes(b"{}")


def test_a_checkpoint_belongs_to_the_notebook_in_its_folder(tmp_path: Path) -> None:
    """Whatever path leads there: the notebook itself, a class, nbgrader's tree; other files are nobody's business."""
    place = tmp_path / "submitted" / "ada" / "rnn_basics"
    put(place, "x.ipynb")
    put_checkpoint(place)
    put_checkpoint(place / "deeper", b"other")
    (place / "notes.safetensors").write_bytes(b"x")
    put(tmp_path, "submitted/bob/rnn_basics/x.ipynb")
    for path in (place / "x.ipynb", place, tmp_path, tmp_path / "submitted"):
        found = find_submissions([path], NAMES)
        assert found[0].read_files() == ({WEIGHTS: b"weights", ARGUMENTS: b"{}"}, ())
        assert all(each.read_files() == ({}, ()) for each in found[1:])


def test_a_checkpoint_in_an_archive_belongs_to_its_neighbour(tmp_path: Path) -> None:
    """The same folder of the archive counts, and nothing else in it."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        for student in ("ada", "bob"):
            file.writestr(f"{student}/rnn_basics.ipynb", "{}")
            file.writestr(f"{student}/{WEIGHTS}", student)
            file.writestr(f"{student}/deeper/{ARGUMENTS}", "{}")
        file.writestr(ARGUMENTS, "{}")
    found = find_submissions([path], NAMES)
    assert [each.read_files()[0] for each in found] == [{WEIGHTS: b"ada"}, {WEIGHTS: b"bob"}]


def test_a_folder_of_several_students_gives_none_of_them_its_checkpoint(tmp_path: Path) -> None:
    """It cannot be known whose it is; two notebooks of one student may share it."""
    put(tmp_path, "flat/ada.ipynb", "flat/bob.ipynb", "class/cy/rnn_basics.ipynb", "class/cy/other.ipynb")
    put_checkpoint(tmp_path / "flat")
    put_checkpoint(tmp_path / "class" / "cy")
    for each in find_submissions([tmp_path / "flat"], NAMES):
        files, notes = each.read_files()
        assert files == {}
        assert len(notes) == 2
        assert "whose it is" in notes[0]
    for each in find_submissions([tmp_path / "class"], NAMES):
        assert set(each.read_files()[0]) == {WEIGHTS, ARGUMENTS}


def test_a_pickled_model_is_named_and_not_opened(tmp_path: Path) -> None:
    """Who saved with torch.save is told how to save instead."""
    put(tmp_path, "ada.ipynb")
    (tmp_path / "rnn_lm.pt").write_bytes(b"x")
    [found] = find_submissions([tmp_path / "ada.ipynb"], NAMES)
    files, [note] = found.read_files()
    assert files == {}
    assert "`rnn_lm.pt`" in note
    assert "save_checkpoint" in note


def test_a_model_under_another_name_is_named(tmp_path: Path) -> None:
    """What a browser or a person made of the name is no model, but whoever sees it at midnight is told."""
    put(tmp_path, "ada.ipynb")
    for name in ("RNN_LM.safetensors", "rnn_lm (1).json", "notes.txt", "data.json"):
        (tmp_path / name).write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as file:
        for path in tmp_path.glob("*.*[!p]"):
            file.write(path, f"ada/{path.name}")
    for place in ("ada.ipynb", "class.zip"):
        [found] = find_submissions([tmp_path / place], NAMES)
        files, notes = found.read_files()
        assert files == {}
        assert [note.split("`")[1] for note in notes] == ["RNN_LM.safetensors", "rnn_lm (1).json"]
        assert f"`{WEIGHTS}`" in notes[0]


def test_a_model_in_a_folder_of_its_own_is_named(tmp_path: Path) -> None:
    """Half of a model beside the notebook, and the other half below it; not what belongs to another hand-in."""
    put(tmp_path, "ada/x.ipynb", "ada/old/x.ipynb")
    for name in ("ada/rnn_lm.json", "ada/models/rnn_lm.safetensors", "ada/old/rnn_lm.safetensors"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as file:
        for path in tmp_path.glob("ada/**/*.*"):
            file.write(path, path.relative_to(tmp_path).as_posix())
    for place in ("ada", "ada.zip"):
        found = next(
            f for f in find_submissions([tmp_path / place], NAMES) if "/old/" not in f"{f.path}{f.member}"
        )
        assert found.read_files() == (
            {ARGUMENTS: b"x"},
            (
                "Is `models/rnn_lm.safetensors` meant to be the model? Only `rnn_lm.safetensors` beside the notebook "
                "is read.",
            ),
        )


@pytest.mark.parametrize(
    "lost", ["models/rnn_lm.json", "rnn_lm (1).json", "RNN_LM.JSON", "out/rnn_lm-Copy1.json"]
)
def test_a_near_miss_is_named_alike_by_check_submit_and_grader(tmp_path: Path, lost: str) -> None:
    """Whoever has read the sentence once knows it again."""
    folder = tmp_path / "ada"
    put(folder, "x.ipynb")
    (folder / lost).parent.mkdir(exist_ok=True)
    for name in (WEIGHTS, lost):
        (folder / name).write_bytes(b"x")
    [found] = find_submissions([tmp_path], NAMES)
    files, [sentence] = found.read_files()
    assert f"`{lost}`" in sentence
    with pytest.raises(checkpoints.UnreadableCheckpoint, match=re.escape(sentence)):
        checkpoints.load_checkpoint(folder / "rnn_lm")
    model = MEASURED_MODELS["rnn_language_model"]
    [notice] = about_model(model, files, names_near(folder), [], fits=False)
    assert sentence in notice.text


def test_nobody_hears_of_a_neighbours_files(tmp_path: Path) -> None:
    """Where several students share a folder, a name that resembles a model's may be anybody's; a model is enough."""
    put(tmp_path, "flat/ada.ipynb", "flat/bob.ipynb", "cy/x.ipynb")
    (tmp_path / "flat" / "ada_rnn_lm.safetensors").write_bytes(b"x")
    put_checkpoint(tmp_path / "cy")
    (tmp_path / "cy" / "rnn_lm-1.safetensors").write_bytes(b"x")  # an earlier training, set aside
    for each in find_submissions([tmp_path / "flat", tmp_path / "cy"], NAMES):
        assert each.read_files()[1] == ()


def test_the_archive_that_submit_made_is_not_a_second_submission(tmp_path: Path) -> None:
    """It lies beside its notebook, and whoever hands in the whole folder hands in both; alone it is the submission."""
    put(tmp_path, "ada/rnn_basics.ipynb", "ada/essay.ipynb")
    for place in ("ada/rnn_basics.zip", "ada/essay.zip", "bob/rnn_basics.zip"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / place, "w") as file:
            file.writestr("rnn_basics.ipynb", "{}")
    with zipfile.ZipFile(tmp_path / "cy.zip", "w") as file:
        for name in ("rnn_basics.ipynb", "rnn_basics.zip"):
            file.write(tmp_path / "ada" / name, name)
    found = find_submissions([tmp_path / name for name in ("ada", "bob", "cy.zip")], NAMES)
    assert [each.path.relative_to(tmp_path).as_posix() for each in found] == [
        "ada/essay.ipynb",
        "ada/essay.zip",  # of no name that `submit` gives
        "ada/rnn_basics.ipynb",
        "bob/rnn_basics.zip",
        "cy.zip",
    ]


def test_links_pipes_and_folders_in_place_of_a_checkpoint_are_refused(tmp_path: Path) -> None:
    """With a sentence each, and the notebook is read as ever."""
    put_checkpoint(tmp_path / "bob")
    for name in ("link", "pipe", "folder"):
        put(tmp_path, f"{name}/x.ipynb")
    (tmp_path / "link" / WEIGHTS).symlink_to(tmp_path / "bob" / WEIGHTS)
    os.mkfifo(tmp_path / "pipe" / WEIGHTS)
    (tmp_path / "folder" / WEIGHTS).mkdir()
    for name, word in (("link", "link"), ("pipe", "ordinary"), ("folder", "ordinary")):
        [found] = find_submissions([tmp_path / name], NAMES)
        files, [note] = found.read_files()
        assert (files, found.read()) == ({}, b"{}")
        assert f"`{WEIGHTS}`" in note
        assert word in note


def test_a_checkpoint_that_is_too_large_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder as in an archive, whatever the archive says about its size."""
    monkeypatch.setattr(beside, "FILE_LIMITS", {WEIGHTS: 2048, ARGUMENTS: 1024})
    put(tmp_path, "ada/x.ipynb")
    put_checkpoint(tmp_path / "ada", b" " * 2049)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.ipynb", "{}")
        file.writestr(WEIGHTS, b" " * 10**6)
        file.writestr(ARGUMENTS, "{}")
    lying = tmp_path / "lying.zip"
    lying.write_bytes(path.read_bytes().replace(struct.pack("<I", 10**6), struct.pack("<I", 10)))
    for place in (tmp_path / "ada", path, lying):
        [found] = find_submissions([place], NAMES)
        files, [note] = found.read_files()
        assert (files, found.read()) == ({ARGUMENTS: b"{}"}, b"{}")
        assert f"`{WEIGHTS}`" in note
        assert "2 kB" in note or place == lying


def test_an_archive_may_hold_as_many_weights_as_it_weighs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights do not compress, so that a large class is told from a bomb; a bomb is not opened at all."""
    monkeypatch.setattr(archives, "MAX_ARCHIVE_BYTES", 1000)
    for kind, content, problem in (("honest", os.urandom(5000), ""), ("bomb", b" " * 5000, "too large")):
        path = tmp_path / f"{kind}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("x.ipynb", "{}")
            file.writestr(WEIGHTS, content)
        [found] = find_submissions([path], NAMES)
        assert problem in found.problem
        assert bool(found.problem) == bool(problem)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "a/", "a/../", "/", "./"]),
            st.sampled_from([WEIGHTS, ARGUMENTS, "rnn_lm.pt", "x.ipynb", f"{WEIGHTS}/"]),
            st.booleans(),  # a link
            st.booleans(),  # said to be encrypted
        ),
        max_size=8,
    ),
    st.binary(max_size=20),
    st.integers(0, 2000),
)
def test_no_archive_upsets_the_reading_of_a_checkpoint(
    members: list[tuple[str, str, bool, bool]], noise: bytes, at: int
) -> None:
    """Doubles, links, encryption, odd names, damage: what is read is a member of the folder, whole, and only one."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "x.zip")
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("a/x.ipynb", "{}")
            for number, (folder, name, is_link, is_encrypted) in enumerate(members):
                info = zipfile.ZipInfo(folder + name)
                info.external_attr = (stat.S_IFLNK | 0o777) << 16 if is_link else 0
                file.writestr(info, f"{folder}{number}")
                file.filelist[-1].flag_bits |= is_encrypted
        data = bytearray(path.read_bytes())
        data[at : at + len(noise)] = noise[: max(0, len(data) - at)]
        path.write_bytes(data)
        try:
            submissions = find_submissions([path], NAMES)
        except NothingToGrade:
            assert noise  # it may have fallen on the notebook's name
            return
        for found in submissions:
            files, notes = found.read_files()
            assert set(files) <= {WEIGHTS, ARGUMENTS}
            assert all(isinstance(note, str) and note for note in notes)
            for name, content in files.items():
                folder = found.place.folder[2]
                same = [member for member in members if folder + name == member[0] + member[1]]
                assert noise or (len(same) == 1 and content.startswith(folder.encode()))
                assert noise or not (same[0][2] or same[0][3])
