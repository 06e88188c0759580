"""Torch's compiler is not imported for an optimiser, and is there for whoever wants it."""

import subprocess
import sys

import pytest

from autograder.sandbox import Server
from autograder.tests.sandbox.conftest import HARNESS, PUBLIC

BEGIN = """
import sys
from autograder.sandbox import compiler
compiler.put_off()
import torch
layer = torch.nn.Linear(2, 2)
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.LBFGS):
    optimiser = kind(layer.parameters())
    def loss():
        optimiser.zero_grad()
        found = layer(torch.ones(2)).square().sum()
        found.backward()
        return found
    before = layer.weight.detach().clone()
    optimiser.step(loss)
    assert not torch.equal(layer.weight, before)
    optimiser.load_state_dict(optimiser.state_dict())
import inspect
inspect.getmodule(loss)
assert "torch._dynamo.eval_frame" not in sys.modules
"""


# Each but the first imports the compiler in a process of its own.
USES = [
    "@torch._dynamo.disable\ndef f(x): return x\nassert f(1) == 1\n"
    "@torch._dynamo.disable(recursive=False)\ndef g(x): return x\nassert g(1) == 1",
    "import torch._dynamo.config as config\nassert not config.verbose",
    "assert float(torch.func.grad(torch.sin)(torch.tensor(0.0))) == 1",
    "assert torch.compile(lambda x: x + 1, backend='eager')(torch.ones(1)) == 2",
    "torch._dynamo.reset()\nassert sys.modules['torch._dynamo'] is torch._dynamo",
    "compiler.put_off()\nassert torch._dynamo.is_compiling() is False",
]


@pytest.mark.parametrize("use", [*USES[:1], *(pytest.param(use, marks=pytest.mark.slow) for use in USES[1:])])
def test_the_compiler_waits(use: str) -> None:
    """Optimisers do without it; whatever else is done with it is done by the real one."""
    done = subprocess.run([sys.executable, "-c", BEGIN + use], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_put_off_too_late() -> None:
    """One that is there already stays."""
    code = "import torch._dynamo as real\nfrom autograder.sandbox import compiler\ncompiler.put_off()\n"
    code += "import torch, sys\nassert torch._dynamo is real is sys.modules['torch._dynamo']"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


CELLS = [
    "import torch\nimport torch._dynamo.config",
    "assert torch.func.vmap(torch.func.grad(torch.sin))(torch.zeros(1)) == 1",
    "assert torch.compile(lambda x: 2 * x, backend='eager')(torch.ones(1)) == 2",
    "from torch.utils.checkpoint import checkpoint\n"
    "checkpoint(torch.sin, torch.ones(2, requires_grad=True), use_reentrant=False).sum().backward()",
]


@pytest.mark.slow
def test_a_notebook_can_have_it(server: Server) -> None:
    """Within the jail, and the time that a cell has when graded; in other tests it has a second."""
    with Server(PUBLIC, HARNESS, isolation=server.level) as usual, usual.open() as session:
        outcomes = list(session.execute(CELLS))
    assert [outcome.status for outcome in outcomes] == ["ok"] * len(CELLS), outcomes
