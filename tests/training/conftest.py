"""Sources and drawings in miniature, made once for all tests of the training."""

from pathlib import Path

import pytest

from training import drawings, miniature
from training.recipe import SMOKE


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    """A work folder after the stages sources and drawings, to read from only."""
    folder = tmp_path_factory.mktemp("work")
    miniature.write(folder)
    drawings.run(folder, SMOKE)
    return folder
