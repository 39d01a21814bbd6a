"""What is told at the end: tests that were skipped, and those that passed only the second time.

In CI a skipped test has failed: there nothing may be missing. A test in a browser that fails is run once more there
(`pytest.mark.flaky`, given in conftest.py): what fails twice is broken. What fails once is a race of the test or of the
page, and stands under FLAKY with what it said, to be found and mended like any other fault.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip becomes a failure that says what is missing."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome, report.longrepr = "failed", f"{item.nodeid} was skipped, in CI: {reason_of(report)}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests were skipped for each reason, and what those said that were run once more."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"FLAKY: {report.nodeid}", sep="!", yellow=True, bold=True)
        terminalreporter.line(report.longreprtext)
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if not hasattr(report, "wasxfail")]
    if not skipped:
        return
    terminalreporter.section(f"{len(skipped)} TESTS DID NOT RUN", sep="!", red=True, bold=True)
    for reason, count in Counter(map(reason_of, skipped)).most_common():
        terminalreporter.line(f"{count} skipped: {reason}", red=True)


def reason_of(report: pytest.TestReport) -> str:
    """What the skipping test said: a skip's longrepr is its file, line and reason."""
    return str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr).removeprefix("Skipped: ")
