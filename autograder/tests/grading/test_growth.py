"""How the work of an answer grows is counted from outside of it: nothing that it does there makes slow work fast.

Each attack is a slow `train_bpe` of the known mistakes, graded in the sandbox with something before or around it.
"""

from __future__ import annotations

import pytest

from autograder.grading.mistakes import mutate, read_mistakes
from autograder.sandbox import Server
from autograder.student.core.notebook import Notebook
from autograder.tests.grading.one_task import part_of, task_result

ASSIGNMENT, TASK = "subword_language_model", "train_bpe"
STEPS = ("word_counts", "pair_counts", "merge_pair", TASK)
GROWTH = {"test_work_grows_as_the_text_does", "test_a_merge_costs_what_it_changes"}

AROUND = """
slow_train_bpe, results = train_bpe, {{}}

def train_bpe(text, vocab_size, specials=()):
    {code}
    return slow_train_bpe(text, vocab_size, specials)
"""
LARGE = "len(text) > 9_000"
ATTACKS = {
    "nothing": "",
    "clocks of its own": "import itertools, time\n"
    "time.thread_time = time.process_time = time.clock_gettime = itertools.count(0.0).__next__",
    "a harness that says so": "from autograder.student.checking.harness import Harness\n"
    "Harness._scale = lambda self, request: {'result': True}",
    "work that is left out": AROUND.format(code=f"if {LARGE}: return slow_train_bpe('', vocab_size)"),
    "the answer of before": AROUND.format(
        code="if (text, vocab_size) not in results:\n"
        "        results[text, vocab_size] = slow_train_bpe(text, vocab_size, specials)\n"
        "    return results[text, vocab_size]"
    ),
    "work in a thread that ends": AROUND.format(
        code="import threading\n"
        "    work = lambda: results.update(now=slow_train_bpe(text, vocab_size, specials))\n"
        "    thread = threading.Thread(target=work)\n"
        "    thread.start(); thread.join()\n"
        "    return results['now']"
    ),
    "an answer that is worked out when it is read": AROUND.format(
        code="class Later(list):\n"
        "        def __iter__(self): return iter(slow_train_bpe(text, vocab_size, specials)[1])\n"
        "        def __len__(self): return len(slow_train_bpe(text, vocab_size, specials)[1])\n"
        f"    if {LARGE}: return slow_train_bpe('', vocab_size)[0], Later()"
    ),
}


@pytest.fixture(scope="module")
def notebook() -> Notebook:
    """The setup and the steps of byte-pair encoding, of the real notebook."""
    return part_of(ASSIGNMENT, STEPS)


def failed(answer: str, notebook: Notebook, server: Server) -> set[str]:
    """The tests of `train_bpe` that this answer does not pass."""
    result = task_result(notebook, ASSIGNMENT, TASK, answer, server)
    assert result.tests
    return {test.name for test in result.tests if test.outcome != "passed"}


@pytest.fixture(scope="module")
def slow(notebook: Notebook) -> str:
    """An answer with right results whose work grows with the square of the text."""
    mistake = next(each for each in read_mistakes(ASSIGNMENT) if each.id == "C36a")
    place = [cell.grade_id for cell in notebook.definitions()].index(TASK)
    return mutate(notebook, mistake)[place]


@pytest.mark.parametrize(
    "name", [*list(ATTACKS)[:1], *(pytest.param(each, marks=pytest.mark.slow) for each in list(ATTACKS)[1:])]
)
def test_slow_work_stays_slow_with(name: str, slow: str, notebook: Notebook, server: Server) -> None:
    """It fails both tests of how work grows, as it does without the attack."""
    assert failed(f"{slow}\n\n{ATTACKS[name]}", notebook, server) >= GROWTH


def test_fast_work_is_fast(notebook: Notebook, server: Server) -> None:
    """The reference itself passes everything."""
    assert failed("", notebook, server) == set()
