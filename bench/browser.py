"""The browser that benches, pictures and tests drive: Debian's headless Chromium, or what else of it there is."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first draws a page with about half of the others' processor time: it has no window to draw around it."""


def launched(playwright: Playwright) -> Browser:
    """The first of PROGRAMS that is installed; without one Playwright's own.

    Raises `playwright.sync_api.Error` if that is not there either.
    """
    path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
