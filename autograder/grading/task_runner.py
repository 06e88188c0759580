"""Runs the tests of every task of a suite against a session in which a notebook has been executed.

First all tasks are tested one after another, in one process if it lives so long, in the state at the end of the
notebook: a fork costs as much as many answers. What tasks forbid is taken away from it in between. One that fails among
the others is tested by itself, in the state in which its check cell stands, and if it fails there as well, once more in
the state at the end. Which of the results counts, `better` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from autograder.grading.measure import not_handed_in
from autograder.grading.repair import Repaired
from autograder.grading.suite import Suite
from autograder.grading.text import clean
from autograder.sandbox import CellOutcome, Conversation, SandboxLost, Session, WorkerError, WorkerTimeout
from autograder.sandbox.errors import TurnOver
from autograder.student.checking.draw import derive_seed
from autograder.student.checking.forbidden import find_forbidden
from autograder.student.checking.student import Stopped, Student, StudentError, UnreadableReply
from autograder.student.checking.suite import PUBLIC_SEED
from autograder.student.core.code import bound_names
from autograder.student.core.language import _
from autograder.student.core.moments import moment
from autograder.student.core.newer_syntax import about_error
from autograder.student.core.notebook import Task
from autograder.student.core.reach import reached
from autograder.student.core.results import TaskResult, TestOutcome, TestResult, better, score_task, share
from autograder.student.core.spec import Rule
from autograder.student.models.checkpoints import Checkpoint

Answer = TypeVar("Answer")


class TaskRunner:
    """Runs the tests of a suite against a session.

    `read_model` gives the trained model that was handed in, None if there is none; `notes` say which of its files
    were refused. `kept` are the results of tasks that are not tested again.
    """

    def __init__(
        self,
        session: Session,
        suite: Suite,
        repaired: Repaired,
        outcomes: Sequence[CellOutcome],
        read_model: Callable[[], Checkpoint] | None,
        notes: Sequence[str],
        kept: Mapping[str, TaskResult],
    ) -> None:
        self.session = session
        self.suite = suite
        self.repaired = repaired
        self.read_model = read_model
        self.notes = notes
        self.kept = kept
        self._moments = _moments(suite, repaired)
        self._failed_cells = [
            (cell, outcome)
            for cell, outcome in zip(repaired.notebook.cells, outcomes, strict=True)
            if outcome.status in ("error", "timeout", "crashed")
        ]
        self._measured = {task.name for task in suite.tasks if task.is_measured}
        # By position, as the cells' names in the worker: what does not run is empty.
        self.sources = [
            "" if i in repaired.skipped else cell.source for i, cell in enumerate(repaired.notebook.cells)
        ]
        self.has_taken_away = True  # what tasks forbid, as far as any was asked
        self._task = ""
        self._student: Student | None = None
        self._conversation: Conversation | None = None
        self._taken: set[Rule] = set()  # what the process of this conversation has to do without
        self._is_alone = False  # whether each task is asked in a process of its own
        self._in_final_state: set[str] = set()  # tasks that are asked there, parked or not
        self._over: set[str] = set()  # tasks that have stopped; nothing more is asked of them

    def run(self, seed: int) -> list[TaskResult]:
        """The results of all tasks, in the order of the notebook, each as if it were the only one."""
        absent = self.repaired.not_attempted | {
            task
            for task in self.repaired.missing - self._measured - self.kept.keys()
            if self._is_missing(task)
        }
        # Whether there is a model does not depend on what stands in the cell that would train one.
        absent = (absent - self._measured) if self.read_model else (absent | self._measured)
        attempted = [task.name for task in self.suite.tasks if task.name not in absent | self.kept.keys()]
        tests = self._public([task for task in attempted if task in self._measured])  # no secret is in them
        tests |= self._run_secret([task for task in attempted if task not in self._measured], seed)
        silent = [task for task, results in tests.items() if any(map(_is_silent, results))]
        if silent:
            # In a worker that has heard nothing of the secret inputs, so that whatever it says may be read by anybody.
            wanted = [task for task in silent if task in self._moments and task not in self._in_final_state]
            self.session.restart({task: self._moments[task] for task in wanted})
            self._over.clear()
            spoken = self._public(silent)
            tests |= {task: _with_words(tests[task], spoken[task]) for task in silent}
        return [
            self.kept.get(task.name) or self._task_result(task, tests.get(task.name))
            for task in self.suite.tasks
        ]

    def _public(self, tasks: Sequence[str]) -> dict[str, list[TestResult]]:
        """The results with the inputs of the student's own checks, in full words."""
        return self._run_tests(tasks, PUBLIC_SEED)

    def _run_secret(self, tasks: Sequence[str], seed: int) -> dict[str, list[TestResult]]:
        """The result of each task among the others, or by itself if it fails there."""
        rules = {task: self._rule_of(task, self.sources) for task in tasks}
        order = from_least(list(dict.fromkeys(rules.values())))
        tests = self._run_tests(sorted(tasks, key=lambda task: order.index(rules[task])), seed)
        failed = [task for task in tasks if share(tests[task]) < 1]
        self._over.clear()
        self._is_alone = True
        if moments := {task: self._moments[task] for task in failed if task in self._moments}:
            self.session.restart(moments)
        alone = self._run_alone(failed, derive_seed(seed, "alone"))
        # Those that were better among the others: since then their computing time may have run out.
        among = {task for task in failed if better(alone[task], tests[task]) is tests[task]}
        self._in_final_state |= among
        return tests | {task: results for task, results in alone.items() if task not in among}

    def _run_alone(self, tasks: Sequence[str], seed: int) -> dict[str, list[TestResult]]:
        """The result of each task where it was checked, or in the final state if that is the better one."""
        parked = self.session.parked
        tests = self._run_tests(tasks, seed)
        failed = [task for task in tasks if task in parked and share(tests[task]) < 1]
        self._over.clear()
        self._in_final_state.update(failed)
        again = self._run_tests(failed, derive_seed(seed, "final state"))
        self._in_final_state = {task for task in failed if better(tests[task], again[task]) is again[task]}
        return tests | {task: again[task] for task in self._in_final_state}

    def _run_tests(self, tasks: Sequence[str], seed: int) -> dict[str, list[TestResult]]:
        if not tasks:
            return {}
        try:
            results = self.suite.run(self.student_of, seed, tasks, checkpoint_of=self.read_model)
        finally:
            self._end_conversation()
        if self.session.is_lost:  # a test takes that for an error like any other
            raise SandboxLost
        if self.session.budget.is_turn_over:
            raise TurnOver
        return results

    def student_of(self, task: str) -> Student:
        """The student's namespace for a task; `Stopped` if her code for it cannot be run, or not any more."""
        if task in self._over:
            raise Stopped("not_run", _("Not run: the code of this task had stopped before."))
        if task != self._task or self._student is None:
            self._student = self._new_student(task)
            self._task = task
        return self._student

    def _new_student(self, task: str) -> Student:
        is_parked = task in self.session.parked - self._in_final_state
        sources = self._sources_before(task) if is_parked else self.sources
        rule = self._rule_of(task, sources)
        conversation = self._conversation
        lacks_something = rule is None and bool(self._taken)
        if conversation is None or self._is_alone or conversation.is_over or lacks_something:
            conversation = self._new_conversation(task, is_parked)

        def clock() -> float:
            return self._unless_over(task, conversation.cpu_seconds)

        def ask(request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
            try:
                return self._unless_over(task, lambda: conversation.ask(request, callbacks))
            except Stopped:
                raise
            except BaseException:
                self._end_conversation()  # a callback failed in the middle of it; the next test gets a fresh one
                raise

        student = Student(ask, sources, clock)
        failure = self._failure_of_cell(task)
        if failure is not None and not student.has(task):
            self._over.add(task)
            raise failure
        if rule is not None and rule not in self._taken:
            student.request(op="refuse", modules=sorted(rule.modules), libraries=sorted(rule.libraries))
            forgo = partial(conversation.forgo, rule.compiled, rule.libraries)
            self.has_taken_away &= self._unless_over(task, forgo)
            self._taken.add(rule)
        return student

    def _new_conversation(self, task: str, is_parked: bool) -> Conversation:
        """One with a process from which nothing was taken yet."""
        self._end_conversation()
        is_measured = task in self._measured
        seconds = self.session.limits.scoring_cpu_seconds if is_measured else None
        try:
            self._conversation = self.session.task(
                seconds, parked=task if is_parked else None, scores=is_measured
            )
        except WorkerError as error:
            self._over.add(task)
            raise _stopped(error) from None
        return self._conversation

    def _rule_of(self, task: str, sources: Sequence[str]) -> Rule | None:
        """What a task has to do without; nothing is taken from one that says it uses it: it scores 0 anyway."""
        rule = self.suite.spec.forbidden.get(task)
        return rule if rule and find_forbidden(sources, task, rule) is None else None

    def _unless_over(self, task: str, action: Callable[[], Answer]) -> Answer:
        """What the worker answers; `Stopped`, for the rest of the task, if it does not."""
        try:
            return action()
        except WorkerError as error:
            self._over.add(task)
            raise _stopped(error) from None

    def _sources_before(self, task: str) -> list[str]:
        """What had run when the state was kept."""
        end = self._moments[task] + 1
        return [source if i < end else "" for i, source in enumerate(self.sources)]

    def _is_missing(self, task: str) -> bool:
        """Whether nothing has been tried: no cell of the task failed, and the worker does not know the name either.

        It may have come by it in another way; what it says is only a claim, which gains it the tests.
        """
        if self._failure_of_cell(task) is not None:
            return False
        try:
            with self.session.task() as conversation:
                return not Student(conversation.ask).has(task)
        except (WorkerError, StudentError, UnreadableReply):
            return True

    def _failure_of_cell(self, task: str) -> Stopped | None:
        """Why the cell that should define the task's name did not come to its end; None if it did."""
        for cell, outcome in self._failed_cells:
            if cell.grade_id == task or task in bound_names(cell.source):
                return _stopped_cell(task, outcome)
        return None

    def _end_conversation(self) -> None:
        if self._conversation is not None:
            self._conversation.close()
        self._task, self._student, self._conversation = "", None, None
        self._taken.clear()

    def _task_result(self, task: Task, tests: Sequence[TestResult] | None) -> TaskResult:
        if task.is_measured and tests is None:
            return TaskResult(
                task.name,
                "not_attempted",
                0.0,
                task.points,
                (not_handed_in(self.suite.assignment, self.notes),),
            )
        if task.name in self.repaired.not_attempted:
            return TaskResult(task.name, "not_attempted", 0.0, task.points)
        if tests is None:
            return TaskResult(task.name, "missing", 0.0, task.points)
        return score_task(task.name, task.points, [replace(t, message=clean(t.message)) for t in tests])

    def with_advice(self, results: Sequence[TaskResult]) -> list[TaskResult]:
        """Where a failed task uses another that fails as well, its message says to start with that one."""
        return [self._with_advice(result, results) for result in results]

    def _with_advice(self, result: TaskResult, results: Sequence[TaskResult]) -> TaskResult:
        if result.status not in ("failed", "partial", "crashed", "timeout"):
            return result
        broken = {other.name for other in results if other.status != "passed"} - {result.name}
        used = [name for name in reached(self.sources, result.name) if name in broken]
        roots = [name for name in used if not broken & set(reached(self.sources, name)) - {name}]
        first = next((i for i, test in enumerate(result.tests) if test.outcome != "passed"), None)
        if not used or first is None:
            return result
        name = f"`{(roots or used)[0]}`"
        if any(name in test.message for test in result.tests):
            return result  # a test has found it out by itself
        advice = _("{name}, which it uses, fails its own check: start there.").format(name=name)
        tests = list(result.tests)
        tests[first] = replace(tests[first], message=f"{tests[first].message} {advice}".strip())
        return replace(result, tests=tuple(tests))


def from_least(rules: list[Rule | None]) -> list[Rule | None]:
    """The rules in the order in which one process can follow them: none, then each before one that takes more away.

    A task may find more gone than it forbids, and fail for it although it is right. It is tested by itself then.
    """

    def place(rule: Rule | None) -> tuple[bool, int]:
        larger = [other for other in rules if rule and other and rule.takes_less_than(other)]
        return rule is not None, -len(larger)

    return sorted(rules, key=place)


def _moments(suite: Suite, repaired: Repaired) -> dict[str, int]:
    """After which cell the check of each task stands."""
    found = {
        task.name: moment(repaired.notebook.cells, task.name, repaired.skipped)
        for task in suite.tasks
        if not task.is_measured and task.name not in repaired.not_attempted
    }
    return {task: position for task, position in found.items() if position is not None}


def _is_silent(test: TestResult) -> bool:
    """Whether a test failed with secret inputs, of which nothing may be said."""
    return test.outcome not in ("passed", "error") and not test.message


def _with_words(tests: Sequence[TestResult], spoken: Sequence[TestResult]) -> list[TestResult]:
    """The results of the secret inputs, with what the same tests say of the public ones."""
    by_name = {test.name: test for test in spoken if test.outcome != "passed"}
    return [_with_word(test, by_name.get(test.name)) if _is_silent(test) else test for test in tests]


def _with_word(test: TestResult, spoken: TestResult | None) -> TestResult:
    if spoken is None:
        sentence = _("It passes with the inputs of your own check, and fails with others of the same kind.")
        return replace(test, message=sentence)
    return replace(test, message=spoken.message, hints=spoken.hints, mistake=spoken.mistake)


def _stopped(error: WorkerError) -> Stopped:
    return Stopped("timeout" if isinstance(error, WorkerTimeout) else "crashed", str(error))


def _stopped_cell(task: str, outcome: CellOutcome) -> Stopped:
    error = [outcome.status, *clean(outcome.error).strip().splitlines()][-1]
    sentence = _("The cell of {task} did not run to its end, so there is no {task}: {error}").format(
        task=f"`{task}`", error=error
    )
    if newer := about_error(error):
        sentence = f"{sentence}. {newer}"
    outcomes: dict[str, TestOutcome] = {"timeout": "timeout", "crashed": "crashed"}
    return Stopped(outcomes.get(outcome.status, "failed"), sentence)
