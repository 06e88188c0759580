"""Describes an assignment, in its `spec.py`: what its tasks forbid, and the model that it measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.student.core.budget import SCORING_CPU_SECONDS, TASK_CPU_SECONDS
from autograder.student.core.metric import Metric

WEIGHTS_SUFFIX, ARGUMENTS_SUFFIX = ".safetensors", ".json"


@dataclass(frozen=True)
class Rule:
    """What a task forbids: names wherever they stand as an attribute, dotted names only in full, whole libraries.

    Of a library everything is forbidden that is imported from it; a variable may have its name. Where an answer is
    graded, what is meant is taken away, by whatever name it is called: the libraries, the compiled functions with these
    qualified names in C++, and all functions of the Python modules.
    """

    names: frozenset[str] = frozenset()
    dotted: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()
    compiled: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()

    def takes_less_than(self, other: Rule) -> bool:
        """Whether another rule takes all that away that this one does, and more.

        >>> Rule(modules=frozenset({"a"})).takes_less_than(Rule(modules=frozenset({"a", "b"})))
        True
        """
        ours, theirs = ({*rule.libraries, *rule.compiled, *rule.modules} for rule in (self, other))
        return ours < theirs


@dataclass(frozen=True)
class MeasuredModel:
    """The trained model of an assignment: what its class and its files are called, and what it is measured in."""

    stem: str  # of the two files of its checkpoint
    class_name: str  # of the model in the notebook
    corpus: str
    metric: Metric
    task: str  # whose points the score gives

    @property
    def weights(self) -> str:
        """The name of the file of its weights."""
        return f"{self.stem}{WEIGHTS_SUFFIX}"

    @property
    def arguments(self) -> str:
        """The name of the file of the constructor's arguments."""
        return f"{self.stem}{ARGUMENTS_SUFFIX}"

    @property
    def files(self) -> tuple[str, str]:
        """The names of both files."""
        return self.weights, self.arguments


@dataclass(frozen=True)
class Spec:
    """All of it; everything is by task, but the model, of which an assignment has one or none.

    The doubles that its tests need are in `doubles.py` beside it: they need torch, and a spec is also read by
    processes that only wait.
    """

    forbidden: Mapping[str, Rule] = field(default_factory=dict)
    model: MeasuredModel | None = None
    may_change: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # the arguments that a task may change
    # What its own cells import and read, for a process that runs many notebooks: modules, and functions without
    # arguments that remember their result, as "module:function".
    warm: tuple[str, ...] = ()

    def cpu_seconds(self, task: str) -> float:
        """The seconds of computing that all tests of a task have together, at the desk as when grading."""
        is_measured = self.model is not None and self.model.task == task
        return SCORING_CPU_SECONDS if is_measured else TASK_CPU_SECONDS
