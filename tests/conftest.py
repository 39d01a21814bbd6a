"""What every test has: hypothesis without a clock, engines without weights."""

import os

import pytest
from hypothesis import settings

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore

os.environ["HF_HUB_OFFLINE"] = "1"
settings.register_profile("untimed", deadline=None, max_examples=50)
settings.load_profile("untimed")


@pytest.fixture
def engine() -> Engine:
    """An engine over the fake networks, with an empty store in memory."""
    return Engine(FakeNetworks(), FrameStore())
