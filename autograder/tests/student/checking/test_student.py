"""A student's namespace, called from a test: values, objects, gradients, errors."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from autograder.student.checking.student import (
    CheckFailed,
    Remote,
    Student,
    StudentError,
    UnreadableReply,
    live_student,
)
from autograder.student.core.values import Once, Ref


class Double(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.linear = nn.Linear(size, size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


def overheard(namespace) -> tuple[Student, list[dict]]:
    """A live student, and the list of what it is asked, which grows."""
    asked: list[dict] = []
    live = live_student(namespace)

    def ask(request, callbacks):
        asked.append(request)
        return live._ask(request, callbacks)

    return Student(ask), asked


def test_a_function_is_called_by_name_and_returns_values() -> None:
    """Nothing is shared: what comes back was rebuilt from bytes."""
    kept = []

    def remember(x):
        kept.append(x)
        return x

    x = torch.ones(2)
    result = live_student({"remember": remember}).remember(x)
    assert torch.equal(result, x)
    assert kept[0] is not x
    assert result is not kept[0]


def test_a_missing_name_is_said_in_words() -> None:
    """No traceback of ours, but what to do."""
    with pytest.raises(StudentError, match="There is no `rnn_step` yet"):
        live_student({}).rnn_step(1)
    assert not live_student({}).has("rnn_step")


def test_an_error_is_told_with_its_type_and_its_text() -> None:
    """At the desk nothing is secret; with secret inputs the plugin says nothing at all."""

    def leak(x):
        raise ValueError(f"the input was {x}")

    with pytest.raises(StudentError, match=r"`leak` raised ValueError.*the input was 41"):
        live_student({"leak": leak}).leak(41)


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, RecursionError])
def test_no_exception_of_the_student_ends_the_test_run(error) -> None:
    """sys.exit inside a function is an error of that function."""

    def leave():
        raise error

    with pytest.raises(StudentError, match=error.__name__):
        live_student({"leave": leave}).leave()


def test_gradients_of_arguments_and_parameters() -> None:
    """d sum(u * (x W^T + b)) by hand."""
    student = live_student({"Double": Double})
    model = student.Double(3)
    weight = model.fetch()["parameters"]["linear.weight"]
    x = torch.randn(2, 3, requires_grad=True)
    upstream = torch.randn(2, 3)
    gradients = model.gradients(x, upstream=[upstream])
    assert torch.allclose(gradients.arguments[0], upstream @ weight)
    assert torch.allclose(gradients.parameters["linear.weight"], upstream.T @ x.detach())
    assert torch.allclose(gradients.parameters["linear.bias"], upstream.sum(0))


def test_gradients_of_a_constant_are_none() -> None:
    """A detached result has no gradient, and that is told, not raised."""
    student = live_student({"cut": lambda x: x.detach() * 2})
    x = torch.ones(3, requires_grad=True)
    assert student.cut.gradients(x, upstream=[torch.ones(3)]).arguments == [None]


def test_a_result_of_another_shape_is_a_failed_check() -> None:
    """The upstream gradient has to fit what was promised."""
    student = live_student({"double": lambda x: 2 * x})
    with pytest.raises(CheckFailed, match="shapes"):
        student.double.gradients(torch.ones(3, requires_grad=True), upstream=[torch.ones(4)])


def test_a_library_module_is_rebuilt_with_its_weights() -> None:
    """A module of torch.nn among the arguments computes the same on the other side."""
    rnn = nn.LSTM(3, 4, num_layers=2, bidirectional=True).double()
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    result = live_student({"run": lambda rnn, x: rnn(x)[0]}).run(rnn, x)
    assert torch.equal(result, rnn(x)[0])


def test_building_a_module_leaves_the_random_state_alone() -> None:
    """Or every test would be accused of drawing numbers."""
    student = live_student({"run": lambda rnn, x: rnn(x)[0]})
    student.run(nn.GRU(3, 4), torch.randn(5, 2, 3))
    assert student.transcript[-1]["changed"] == []
    live = live_student({"draw": lambda: torch.rand(1)})
    live.draw()
    assert live.transcript[-1]["changed"] == [("random state", "")]


def test_a_function_of_the_test_is_called_back() -> None:
    """The student's loop drives a step that lives with the test."""
    seen = []

    def step(identifier, state):
        seen.append((identifier, state))
        return torch.eye(5)[identifier + 1], state + 1

    def loop(step, state):
        out = [0]
        for _ in range(3):
            logits, state = step(out[-1], state)
            out.append(int(logits.argmax()))
        return out

    assert live_student({"loop": loop}).loop(step, 10) == [0, 1, 2, 3]
    assert seen == [(0, 10), (1, 11), (2, 12)]


def test_a_generator_stays_on_its_side() -> None:
    """It is walked from here, one item at a time."""

    def count():
        yield 1
        yield torch.ones(2)

    generator = live_student({"count": count}).count()
    assert isinstance(generator, Remote)
    assert generator.type_name == "generator"
    assert generator.next() == 1
    assert torch.equal(generator.next(), torch.ones(2))
    with pytest.raises(StudentError, match="StopIteration"):
        generator.next()


def test_an_iterator_can_be_walked_once_only() -> None:
    """A function that walks its argument twice sees nothing the second time."""
    student = live_student({"twice": lambda items: (list(items), list(items))})
    assert student.twice(Once([1, 2])) == ([1, 2], [])


def test_a_kept_tensor_is_one_object() -> None:
    """A function that changes its argument changes what is fetched afterwards."""

    def spoil(x):
        x.zero_()

    student = live_student({"spoil": spoil})
    x = student.put(torch.ones(2))
    student.spoil(x)
    assert torch.equal(x.fetch()["value"], torch.zeros(2))


def test_what_is_put_there_goes_with_the_next_request() -> None:
    """A message of its own would cost as much as most answers."""
    student, asked = overheard({"total": lambda x, y: (x + y).sum().item()})
    student.begin(3)
    x, y = student.put(torch.ones(2)), student.put(torch.ones(2), parameter=True)
    assert asked == []
    assert student.total(x, y) == student.total(x, y) == 4.0
    assert [len(request.get("put", ())) for request in asked] == [2, 0]
    assert (x.type_name, y.type_name) == ("Tensor", "Parameter")


def test_several_calls_travel_together() -> None:
    """One message for many calls; each is carried out for itself."""
    student, asked = overheard({"halve": lambda x: x / 2})
    halves = list(student.halve.each([(torch.tensor(2.0),), (torch.tensor(4.0),)]))
    assert halves == [torch.tensor(1.0), torch.tensor(2.0)]
    assert len(asked) == 1
    assert list(student.halve.each([])) == []
    assert len(asked) == 1


def test_an_error_among_several_calls_is_told_in_its_place() -> None:
    """What came before it can be looked at, and is what a mistake is recognised by; what follows is not called."""
    called: list[int] = []

    def divide(x):
        called.append(x)
        return 6 // x

    student = live_student({"divide": divide})
    results = student.divide.each([(3,), (0,), (2,)])
    assert next(results) == 2
    assert student.transcript == [{"changed": [], "result": 2}]
    with pytest.raises(StudentError, match="`divide` raised ZeroDivisionError"):
        next(results)
    assert called == [3, 0]


@pytest.mark.parametrize(
    "reply", [{}, {"replies": 3}, {"replies": [3]}, {"replies": [{}]}, {"replies": [{}] * 3}]
)
def test_no_reply_to_several_calls_is_believed(reply) -> None:
    """It comes from where the student's code runs, and may be anything."""
    student = Student(lambda _request, _callbacks: reply)
    with pytest.raises(UnreadableReply):
        list(student.divide.each([(1,), (2,)]))


def test_overfitting_a_module_on_one_batch() -> None:
    """Softmax before the loss cannot get below log(1 + (V-1)/e); raw scores can."""

    class Classifier(Double):
        def forward(self, x):
            return 5 * self.linear(x)

    model = live_student({"Classifier": Classifier}).Classifier(4)
    x, target = torch.eye(4), torch.arange(4)
    model.fit(x, target=target, steps=60, lr=0.05)
    assert nn.functional.cross_entropy(model(x), target) < 0.05
    assert model.fetch()["evaluating"] is True


def test_a_batch_that_is_known_is_not_seen_again() -> None:
    """Training ends when the loss is small enough, or after all its steps."""
    seen: list[int] = []

    class Counting(Double):
        def forward(self, x):
            seen.append(len(seen))
            return 5 * self.linear(x)

    x, target = torch.eye(4), torch.arange(4)
    model = live_student({"Counting": Counting}).Counting(4)
    model.fit(x, target=target, steps=60, lr=0.05, until=0.3)
    assert 1 < len(seen) < 60
    assert nn.functional.cross_entropy(model(x), target) < 0.3
    seen.clear()
    model.fit(x, target=target, steps=5, lr=0.05, until=-1.0)
    assert len(seen) == 5


def test_the_name_of_a_type_is_shown_only_if_it_cannot_carry_anything() -> None:
    """A class can be made at run time with the hidden inputs for its name."""

    def smuggle(x):
        return type(f"input_{x}", (), {})()

    student = live_student({"smuggle": smuggle, "Double": Double, "count": iter})
    assert student.smuggle(41).type_name == "object"
    assert student.Double(3).type_name == "Double"
    assert student.count([1]).type_name == "list_iterator"


def test_a_test_begins_with_nothing_kept_and_random_states_seeded() -> None:
    """A reference that serves a whole class must not grow; inputs must not depend on the test before."""
    student = live_student({"draw": lambda: torch.rand(1).item()})
    student.begin(3)
    first = student.draw()
    student.put(torch.ones(1))
    student.begin(3)
    assert student.draw() == first
    with pytest.raises(StudentError, match="KeyError"):  # what the test before has put there
        Remote(student, ref=Ref(-1)).fetch()


def test_a_test_begins_with_its_first_request() -> None:
    """A message of its own would cost as much as most answers."""
    asked: list[dict] = []
    student = Student(lambda request, _callbacks: asked.append(request) or {"result": 1})
    student.begin(3)
    assert student.draw() == student.draw() == 1
    assert [(request["op"], request.get("begin")) for request in asked] == [("call", 3), ("call", None)]


def test_the_clock_is_read_of_a_process_that_has_answered() -> None:
    """Nobody can say what a process has used that may not be there yet: a test that begins with it asks first."""
    replies: list[dict] = []
    student = Student(
        lambda _request, _callbacks: replies.append({}) or {}, clock=lambda: float(len(replies))
    )
    student.begin(3)
    assert [student.clock(), student.clock()] == [1.0, 1.0]


def test_only_lines_that_exist_are_named() -> None:
    """Code compiled at run time can claim any line, and so write a number of its choice into the message."""
    source = "def fail(line):\n    exec(compile('\\n' * (line - 1) + '1 / 0', '<cell 0>', 'exec'))"
    namespace: dict = {}
    exec(compile(source, "<cell 0>", "exec"), namespace)
    student = live_student(namespace, [source])
    for line, place in ((41, "line 2 of its cell"), (1, "line 1 of its cell")):
        with pytest.raises(StudentError) as caught:
            student.fail(line)
        assert place in str(caught.value)
        assert "41" not in str(caught.value)


def test_attributes_and_protocols_of_a_kept_object() -> None:
    """Plain attributes come back as values; what cannot travel stays there and answers len(), `in` and []."""

    class Words:
        def __init__(self) -> None:
            self.listed, self.inner = ["a", "b"], object()

        def __len__(self) -> int:
            return 2

        def __contains__(self, word: str) -> bool:
            return word in self.listed

        def __getitem__(self, index: int) -> str:
            return self.listed[index]

    words = live_student({"Words": Words}).Words.keep()
    assert words.attribute("listed") == ["a", "b"]
    assert words.attribute("listed", keep=True).__getitem__(1) == "b"
    assert isinstance(words.attribute("inner"), Remote)
    assert (words.__len__(), words.__contains__("b"), words.__getitem__(0)) == (2, True, "a")
    with pytest.raises(StudentError, match="AttributeError"):
        words.attribute("other")


def test_a_method_is_reached_through_its_class() -> None:
    """A dotted name goes from the namespace inwards, as in a cell."""
    student = live_student({"Double": Double})
    assert getattr(student, "Double.mro")()[0].type_name == "type"
    with pytest.raises(StudentError, match="AttributeError"):
        getattr(student, "Double.nothing")()


@pytest.mark.parametrize("reply", [None, [], "yes", 3, torch.ones(2), ({},)])
def test_a_reply_that_is_none_is_kept_nowhere(reply: object) -> None:
    """It is the student's fault and no more: nothing later stumbles over what was kept of it."""
    student = Student(lambda _request, _callbacks: reply)
    with pytest.raises(UnreadableReply):
        student.double(1)
    assert student.transcript == []


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("steps.py", True),
        ("lib/cells.py", True),
        (
            "autograder/student/checking/harness.py",
            False,
        ),  # the bundle's own package lies beside the notebook
        (".venv/lib/steps.py", False),
        ("venv/lib/python3.11/site-packages/steps.py", False),
        ("../steps.py", False),
    ],
)
def test_only_files_of_her_own_are_named(
    file: str, named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in a helper module says where; the course's files and installed packages are nobody's mistake."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    exec(compile("def f():\n    raise ValueError", str(tmp_path / file), "exec"), namespace)
    with pytest.raises(StudentError) as caught:
        live_student(namespace, [f"%%writefile {file}\ndef f():\n    raise ValueError"]).f()
    assert caught.value.lines == ([(file, 2)] if named else [])
