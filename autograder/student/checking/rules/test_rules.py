"""What every task is tested for besides its own suite: nothing forbidden is used, and nothing else is changed.

Which tasks, and with which exceptions, stands in the `spec.py` of the assignment; the plugin brings it here.
"""

from __future__ import annotations

import pytest

from autograder.student.checking.forbidden import find_forbidden
from autograder.student.checking.invariants import OWNER
from autograder.student.checking.plugin import NAME, Plugin
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _
from autograder.student.core.modules import place_in
from autograder.student.core.spec import Spec


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each task that the assignment's `SPEC` has a rule for."""
    plugin = metafunc.config.pluginmanager.get_plugin(NAME)
    assert isinstance(plugin, Plugin)
    measured = plugin.spec.model.task if plugin.spec.model else ""  # its points are those of a score alone
    tasks = [
        task
        for task in plugin.tasks
        if task != measured
        if metafunc.function is not test_nothing_forbidden_is_used or task in plugin.spec.forbidden
    ]
    parameters = [pytest.param(task, marks=pytest.mark.task(task), id=task) for task in tasks]
    metafunc.parametrize("task", parameters)


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> Spec:
    """What the assignment says of its tasks."""
    plugin = request.config.pluginmanager.get_plugin(NAME)
    assert isinstance(plugin, Plugin)
    return plugin.spec


@pytest.mark.essential
@pytest.mark.hint(
    "Which equation does the library's function stand for? Can you write that equation yourself?",
    "Which of your own earlier functions could do this step?",
)
def test_nothing_forbidden_is_used(student: Student, task: str, spec: Spec) -> None:
    """The task is solved without the library function it is about."""
    found = find_forbidden(student.sources, task, spec.forbidden[task])
    if found is not None:
        lines = student.sources[found.cell].splitlines()
        raise CheckFailed(
            _("`{name}` in {place} (`{code}`) is not allowed in `{task}`, nor in what it uses.").format(
                name=found.name,
                place=place_in(student.sources[found.cell], found.line),
                code=lines[found.line - 1].strip()[:80],
                task=task,
            )
        )


@pytest.mark.supporting
@pytest.mark.last
def test_nothing_else_changes(student: Student, task: str) -> None:
    """Arguments, modules, random states and settings are as they were before each call."""
    if student.side_effects:
        # It is answers like any other that a known mistake is recognised by.
        student.transcript.append({"changed": student.side_effects})
        function, kind, place = student.side_effects[0]
        raise CheckFailed(*_sentence_and_question(function, kind, place))


def _sentence_and_question(function: str, kind: str, place: str) -> tuple[str, Evidence, str]:
    sentences = {
        "values": _("`{function}` changed the values of {place}."),
        "gradient": _("`{function}` changed the `.grad` of {place}."),
        "requires_grad": _("`{function}` changed `requires_grad` of {place}."),
        "mode": _("`{function}` changed the mode (training or evaluation) of {place}."),
        "parameters": _("`{function}` replaced the parameters of {place} by new ones."),
        "random state": _("`{function}` changed the global random state."),
        "grad mode": _("`{function}` switched gradients off, or on, for all code that runs after it."),
        "defaults": _("`{function}` changed PyTorch's default dtype or device."),
    }
    questions = {
        "values": _("Which of your lines writes into something that it was given?"),
        "gradient": _(
            "Does the task ask for a `backward`? Is there a way to compute only the gradients that you need?"
        ),
        "requires_grad": _("Which of your lines switches `requires_grad` on, and for which tensor?"),
        "mode": _("In which mode was the model before? Put it back as you found it."),
        "parameters": _("Who else holds the old parameters? An optimiser made before keeps them."),
        "random state": _("Which of your lines draws from the global random generator, or sets its seed?"),
        "grad mode": _("Is `no_grad` undone when your function ends, even after an exception?"),
        "defaults": _("Which of your lines changes a global setting?"),
    }
    question = questions[kind]
    if (kind, place) == ("values", OWNER):
        question = _(
            "Which of your layers writes into its own weights when it is only used? Which of its options does that?"
        )
    return sentences[kind].format(function=function, place=_place(place)), Evidence.SIDE_EFFECT, question


def _place(place: str) -> str:
    if place == OWNER:
        return _("the object itself")
    return _("argument {number}").format(number=place) if place.isdecimal() else f"`{place}`"
