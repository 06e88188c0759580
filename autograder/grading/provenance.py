"""Says where a result comes from: versions and hashes of everything that made it, and fingerprints of its answers."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import platform
from typing import Any

from autograder import __version__
from autograder.grading import code_similarity
from autograder.grading.graded import Submission, fingerprint, hash_of_notebook
from autograder.grading.similarity import KEPT, fingerprint_of
from autograder.grading.suite import Suite
from autograder.grading.task_keys import hash_of_tests
from autograder.sandbox import Server
from autograder.student.core.notebook import Notebook
from autograder.student.models.checkpoints import UnreadableCheckpoint, read_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS


def provenance_of(
    submission: Submission, suite: Suite | None, notebook: Notebook, server: Server, seed: int
) -> dict[str, Any]:
    """What a result keeps of where it comes from; `notebook` is what was graded, without cells if nothing was."""
    return {
        "autograder": __version__,
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "seed": seed,
        "submission_sha256": hashlib.sha256(submission.data).hexdigest(),
        "tests_sha256": hash_of_tests(suite.assignment) if suite else "",
        "reference_sha256": hash_of_notebook(suite.notebook) if suite else "",
        "package_sha256": fingerprint(),
        "limits": dataclasses.asdict(server.limits),
        "isolation": server.level,
        **_kept_of_checkpoint(submission, suite),
        **_kept_of_answers(notebook, suite),
    }


def _kept_of_checkpoint(submission: Submission, suite: Suite | None) -> dict[str, Any]:
    """The fingerprint by which copies are found, where a checkpoint was asked for and one can be read."""
    if suite is None or not any(task.is_measured for task in suite.tasks):
        return {}
    try:
        files = MEASURED_MODELS[suite.assignment].files
        checkpoint = read_checkpoint(*(submission.files[name] for name in files))
    except (KeyError, UnreadableCheckpoint):
        return {}
    return {KEPT: fingerprint_of(checkpoint)}


def _kept_of_answers(notebook: Notebook, suite: Suite | None) -> dict[str, Any]:
    """The fingerprints by which nearly equal answers are found."""
    if suite is None or not notebook.cells:
        return {}
    return {code_similarity.KEPT: code_similarity.fingerprints_of(notebook, suite.notebook)}
