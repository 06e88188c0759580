"""Names what can go wrong between the grader and a worker."""


class SandboxUnavailable(Exception):
    """Too little isolation is available here; the sentence says what to do about it."""


class SandboxLost(Exception):
    """The sandbox itself died, and not by a student's doing: the submission can be tried again."""


class TurnOver(Exception):
    """The submission has used its turn; what came out so far is of no use, and it is to be graded when nobody waits."""


class WorkerError(Exception):
    """A worker did not answer as it should; the student's code is the cause until shown otherwise."""


class WorkerTimeout(WorkerError):
    """It used up its CPU time, or kept the grader waiting beyond the wall limit."""


class WorkerCrashed(WorkerError):
    """It ended before it had answered; `reason` says how, in a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkerProtocolError(WorkerError):
    """It sent something that is not an answer."""
