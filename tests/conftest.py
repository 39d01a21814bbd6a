"""What every test has: hypothesis without a clock, engines without weights, node for the page's modules."""

import os
import shutil

import pytest
from hypothesis import settings

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from tests.outcomes import pytest_runtest_makereport, pytest_terminal_summary  # noqa: F401 (pytest finds them here)

os.environ["HF_HUB_OFFLINE"] = "1"
settings.register_profile("untimed", deadline=None, max_examples=50)
settings.load_profile("untimed")


SLOW = (
    "training/*",
    "engine/test_companions.py",
    "engine/test_concept_files.py",
    "engine/test_denoise.py",
    "engine/test_img2img.py",
    "engine/test_inpainting.py",
    "engine/test_memory.py",
    "engine/test_models*.py",
    "engine/test_single_file.py",
    "engine/test_tasks.py",
    "engine/test_teaching.py",
    "test_app.py",
    "test_bench.py",
    "test_command_line.py",
    "test_every_experiment.py",
    "test_examples.py",
    "test_imports.py",
    "test_one_file_a_tab.py",
    "test_package.py",
    "test_python_api.py",
    "ui/test_page.py",
    "ui/test_pictures.py",
    "ui/test_uses.py",
    "ui/test_visits.py",
)
"""Tests that start processes of their own, train, compare real pipelines, or serve a page, by their files."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what is slow, and every test that has a browser, by itself or by its fixtures, as `browser`.

    In CI a browser's test that fails is run once more, and told at the end: see `outcomes`.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            if os.environ.get("CI"):
                item.add_marker(pytest.mark.flaky(reruns=1))
        if any(item.path.match(f"tests/{pattern}") for pattern in SLOW):
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def engine() -> Engine:
    """An engine over the fake networks, with an empty store in memory."""
    return Engine(FakeNetworks(), FrameStore())


@pytest.fixture(scope="session")
def node() -> str:
    """The path of node, for tests of the page's modules without a page (`node --test`)."""
    path = shutil.which("node")
    if path is None:
        pytest.skip("no node: it is installed by tests/browser.sh")
    return path
