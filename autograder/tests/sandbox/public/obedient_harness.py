"""A harness for tests of the sandbox: it does what it is told and reports what happened."""

from collections.abc import Callable
from typing import Any


class Harness:
    """Carries out `{"run": code}`, which may set `answer`, `{"value": expression}` and `{"call": number}`."""

    def __init__(self, namespace: dict[str, Any], call_back: Callable[[int, list[Any]], Any]) -> None:
        self.namespace = namespace
        self.call_back = call_back

    def handle(self, request: dict[str, Any]) -> Any:
        """The answer; what an attack was refused with is `refused: <type> <error number>`."""
        if "value" in request:
            return eval(request["value"], self.namespace)
        if "call" in request:
            return self.call_back(request["call"], request["arguments"])
        try:
            exec(request["run"], self.namespace)
        except (OSError, RuntimeError) as error:
            return f"refused: {type(error).__name__} {getattr(error, 'errno', None)}"
        return self.namespace.get("answer")
