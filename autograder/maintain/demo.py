"""Simulates a small class from the solution notebooks, grades it, and says where the pages are."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.assignments.sources import ROOT
from autograder.grading.mistakes import Mistake, mutate
from autograder.grading.suite import Suite
from autograder.maintain.class_run import grade_paths
from autograder.maintain.ranking import rank
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook
from autograder.student.core.terminal import output

ASSIGNMENT = "rnn_basics"
MODELS = "rnn_language_model"  # an assignment whose submissions carry a trained model
SUBWORDS = "subword_language_model"  # another one, in which the tokenizer is the students' own as well
STATE_IGNORED = "The state that is given is ignored."

SYNTAX_ERROR = "def gru_step(x, h, W_x, W_h, b_x, b_h)\n    return h"
ENDLESS_LOOP = """def greedy_decode(step, state, first_id, eos_id, max_len):
    ids = []
    while len(ids) <= max_len:
        logits, state = step(first_id, state)
    return ids"""
MEMORY_HOG = """def masked_mean(states, lengths):
    copies = []
    while True:
        copies.append(torch.empty(10_000_000))"""
# What graders have lost marks to: objects equal to everything, patched comparisons, forged output, a look around.
CHEAT_SETUP = """import sys, os, json, gc, builtins

class Everything:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): raise SystemExit(0)
    def __float__(self): return 1.0

torch.allclose = torch.equal = torch.isclose = lambda *a, **k: True
torch.testing.assert_close = lambda *a, **k: None
stolen = []
for root in ("/", "/home", "/root", os.getcwd(), *sys.path):
    for folder, _, files in os.walk(root):
        stolen += [os.path.join(folder, f) for f in files if "private" in folder or "solution" in f]
        if len(folder) > 60:
            break
answers = [o for o in gc.get_objects() if callable(o) and getattr(o, "__name__", "") == "reference"]
print(json.dumps({"score": 60, "status": "graded"}), "23 passed, 0 failed")
try:
    os.fork()
except OSError:
    pass"""
CHEAT_ANSWER = """def {task}(*args, **kwargs):
    frame = sys._getframe()
    while frame is not None:
        for value in list(frame.f_locals.values()):
            if type(value).__name__ == "Tensor" and value is not args[0]:
                return value
        frame = frame.f_back
    return Everything()"""


# A tokenizer for which a text is only its first hundred letters: nothing is cheaper than what is not there.
DROPS_TEXT = """
class BPETokenizer(BPETokenizer):
    def encode(self, text):
        return super().encode(text[:100])"""


@dataclass(frozen=True)
class DemoStudent:
    """One member of the class: a name, what she did, and her cells where they differ from the release notebook."""

    name: str
    did: str
    answers: Mapping[str, str]  # source of the answer cell, by task
    files: Mapping[str, bytes] = field(default_factory=dict)  # the checkpoint beside it, by name


def the_class(suite: Suite) -> list[DemoStudent]:
    """Twelve students, from right in every task to untouched."""
    right = {task: cell.source for task, cell in suite.notebook.answers().items()}
    tasks = list(right)
    mistakes = {mistake.task: mistake for mistake in reversed(suite.mistakes)}

    def wrong(*names: str) -> dict[str, str]:
        return right | {name: _mistaken(suite.notebook, mistakes[name]) for name in names}

    cheat = {task: CHEAT_ANSWER.format(task=task) for task in tasks}
    cheat[tasks[0]] = f"{CHEAT_SETUP}\n\n{cheat[tasks[0]]}"
    return [
        DemoStudent("ada", "everything right", right),
        DemoStudent("blaise", "everything right, in another style", right | alternatives(ASSIGNMENT)),
        DemoStudent("chen", "the first twelve tasks", {task: right[task] for task in tasks[:12]}),
        DemoStudent("dora", "gates and states mixed up", wrong("lstm_step", "gru_step", "rnn_step")),
        DemoStudent(
            "emmy", "back-propagation and packing", wrong("rnn_backward", "last_states", "masked_mean")
        ),
        DemoStudent(
            "felix", "gradients in time", wrong("clip_gradients_", "truncated_bptt", "state_gradient_norms")
        ),
        DemoStudent("grace", "one small slip", wrong("find_cell")),
        DemoStudent("hugo", "a syntax error", right | {"gru_step": SYNTAX_ERROR}),
        DemoStudent("ines", "an endless loop", right | {"greedy_decode": ENDLESS_LOOP}),
        DemoStudent("jan", "takes all the memory", right | {"masked_mean": MEMORY_HOG}),
        DemoStudent("kira", "nothing yet", {}),
        DemoStudent("loki", "tries to cheat", cheat),
    ]


def the_class_with_models(suite: Suite, tokens: int) -> list[DemoStudent]:
    """Five of the students in the second assignment: the same answers, and a model each, a copied one, or none.

    The best model is trained on `tokens` tokens, which takes its time.
    """
    from autograder.maintain.demo_models import trained_model

    right = {task: cell.source for task, cell in suite.notebook.answers().items()}
    mistake = next(mistake for mistake in suite.mistakes if mistake.what == STATE_IGNORED)
    without_state = right | {mistake.task: _mistaken(suite.notebook, mistake)}
    best = trained_model(suite.notebook, tokens, seed=1)
    return [
        DemoStudent("ada", "everything right, and a small model", right, best),
        DemoStudent(
            "chen", "everything but the training", {t: right[t] for t in right if t != "language_model"}
        ),
        DemoStudent(
            "dora", "a model that was never trained", right, trained_model(suite.notebook, 0, seed=2)
        ),
        DemoStudent(
            "felix",
            "a model that forgets its state at every word",
            without_state,
            trained_model(suite.notebook, tokens // 5, seed=3),
        ),
        DemoStudent("grace", "the model of somebody else", right, best),
    ]


def the_class_with_subwords(suite: Suite, tokens: int) -> list[DemoStudent]:
    """Five of the students in the third assignment: four models, one of them with a tokenizer that cheats, or none.

    The best model is trained on so many tokens of text, which takes its time.
    """
    from autograder.maintain.demo_models import trained_subword_model

    right = {task: cell.source for task, cell in suite.notebook.answers().items()}
    best = trained_subword_model(tokens, seed=1)
    mistakes = {mistake.task: mistake for mistake in reversed(suite.mistakes)}
    names = ("pair_counts", "unigram_segment", "bits_per_byte")
    wrong = {name: _mistaken(suite.notebook, mistakes[name]) for name in names}
    return [
        DemoStudent("ada", "everything right, and a small model", right, best),
        DemoStudent(
            "blaise",
            "everything right, in another style, and a smaller model",
            right | alternatives(SUBWORDS),
            trained_subword_model(tokens // 2, seed=2),
        ),
        DemoStudent(
            "chen", "everything but the training", {t: right[t] for t in right if t != "subword_model"}
        ),
        DemoStudent(
            "dora",
            "pairs, lattice and bits mixed up, a model never trained",
            right | wrong,
            trained_subword_model(0, 3),
        ),
        DemoStudent(
            "loki",
            "a tokenizer that leaves out what would cost something",
            right | {"BPETokenizer": right["BPETokenizer"] + DROPS_TEXT},
            trained_subword_model(tokens // 4, seed=4),
        ),
    ]


def alternatives(assignment: str) -> dict[str, str]:
    """A right answer in another style for every task: the first of those that the tests must accept."""
    folder = ROOT / "autograder" / "assignments" / assignment / "private" / "alternatives"
    return {path.name: _first_source(path) for path in sorted(folder.iterdir()) if path.is_dir()}


def _first_source(folder: Path) -> str:
    return sorted(folder.glob("*.py"))[0].read_text(encoding="utf-8")


def _mistaken(notebook: Notebook, mistake: Mistake) -> str:
    """The answer cell of a task with a mistake in it."""
    cells = [cell.grade_id for cell in notebook.definitions()]
    return mutate(notebook, mistake)[cells.index(mistake.task)]


def _without_markers(source: str) -> str:
    """The code without the lines that mark the solution for nbgrader: no student writes those."""
    return "".join(line for line in source.splitlines(keepends=True) if " SOLUTION" not in line)


def write_submission(release: dict[str, Any], student: DemoStudent, path: Path) -> None:
    """Writes the student's notebook: the release notebook with her answers filled in."""
    document = copy.deepcopy(release)
    for cell in document["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in student.answers and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = _without_markers(student.answers[grade_id])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    for name, content in student.files.items():
        path.with_name(name).write_bytes(content)


def write_class(folder: Path) -> list[DemoStudent]:
    """Writes the class as nbgrader collects it, `submitted/<student>/<assignment>/`, and returns it."""
    return write_students(folder, ASSIGNMENT, the_class(Suite(ASSIGNMENT)))


def write_class_with_models(folder: Path, tokens: int) -> list[DemoStudent]:
    """The same for the second assignment; each model lies beside its notebook."""
    return write_students(folder, MODELS, the_class_with_models(Suite(MODELS), tokens))


def write_class_with_subwords(folder: Path, tokens: int) -> list[DemoStudent]:
    """The same for the third assignment."""
    return write_students(folder, SUBWORDS, the_class_with_subwords(Suite(SUBWORDS), tokens))


def write_students(folder: Path, assignment: str, students: list[DemoStudent]) -> list[DemoStudent]:
    """Writes these students' notebooks of one assignment as nbgrader collects them, and returns them."""
    released = ROOT / "assignments" / assignment / f"{assignment}.ipynb"
    release = json.loads(released.read_text(encoding="utf-8"))
    for student in students:
        write_submission(release, student, folder / student.name / assignment / f"{assignment}.ipynb")
    return students


def run_demo(out: Path) -> None:
    """Writes the class into `out`, grades it there, prints the tables and where the pages are."""
    from autograder.maintain.demo_models import SUBWORD_TOKENS, TOKENS

    console = output()
    submitted, graded = out / "submitted", out / "graded"
    with console.status(_("Simulating a class …")) as status:
        shutil.rmtree(submitted, ignore_errors=True)
        classes = {ASSIGNMENT: write_class(submitted)}
        status.update(_("Training a small language model of words for half a minute …"))
        classes[MODELS] = write_class_with_models(submitted, TOKENS)
        status.update(_("Training small subword models for a minute …"))
        classes[SUBWORDS] = write_class_with_subwords(submitted, SUBWORD_TOKENS)
    for assignment, students in classes.items():
        console.print(assignment, style="bold", highlight=False)
        for student in students:
            console.print(f"{student.name:8} {student.did}", highlight=False)
        console.print()
    grade_paths([submitted], graded, jobs=os.cpu_count() or 1)
    console.print()
    rank([graded], html=graded / "leaderboard.html")
