"""What the tests of measured models share; the module that asks says by its `toy` which course in miniature it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from torch import nn

from autograder.student import corpora


@pytest.fixture(scope="module")
def data(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The toy course in the place of the real one."""
    folder = tmp_path_factory.mktemp("data")
    request.module.toy.write_course(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpora, "DATA", folder)
        yield folder


@pytest.fixture(scope="module")
def model(request: pytest.FixtureRequest, data: Path) -> nn.Module:
    """The honest model, trained once."""
    return request.module.toy.train(data)


@pytest.fixture(scope="module")
def files(request: pytest.FixtureRequest, model: nn.Module) -> dict[str, bytes]:
    """Its checkpoint as it is handed in."""
    return request.module.toy.files_of(model)
