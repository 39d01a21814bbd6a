"""A browser for the tests that drive the page. Without one they are skipped; see `tests.outcomes`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from bench.browser import launched

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
expect.set_options(timeout=20_000)  # a machine that is busy with something else makes pages slow, not wrong


BROWSER = pytest.StashKey[Browser]()


@pytest.fixture(autouse=True)
def leave(request: pytest.FixtureRequest) -> Iterator[None]:
    """Closes what a test leaves open: Gradio's pages count frames for ever, and dozens of them keep two cores busy."""
    yield
    if started := request.config.stash.get(BROWSER, None):
        for context in started.contexts:
            context.close()


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            started = launched(playwright)
        except Error as error:
            pytest.skip(f"no browser: {error.message.splitlines()[0]}")
        # what moves by itself cannot be asserted on: a test that wants motion says so
        started.new_context = partial(started.new_context, reduced_motion="reduce")
        started.new_page = partial(started.new_page, reduced_motion="reduce")
        request.config.stash[BROWSER] = started
        yield started
        started.close()
