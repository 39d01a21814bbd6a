"""Without a browser or node the tests are green, loudly; in CI they are red. What is run once more is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("no browser: none found")

def test_a_page(browser):
    pass

def test_another_page(browser):
    pass

@pytest.mark.skipif(True, reason="no FriBidi")
def test_letters():
    pass

@pytest.mark.xfail
def test_known():
    raise ValueError

def test_it():
    pass
"""


RACE = """
import pathlib
import pytest

@pytest.mark.flaky(reruns=1)
@pytest.mark.parametrize("passes", [2, 3])
def test_a_page(passes):
    runs = pathlib.Path(f"runs-{passes}")
    runs.write_text("again" * (runs.exists() + 1))
    assert len(runs.read_text()) >= 5 * passes, "it was too early"
"""


def run(folder: Path, tests: str, ci: bool) -> subprocess.CompletedProcess[str]:
    """What pytest says of these tests, with our plugin and few others."""
    (folder / "test_some.py").write_text(tests)
    env = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
    plugins = ("xdist.plugin", "pytest_rerunfailures", "tests.outcomes", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", "-q", *(f"-p{name}" for name in plugins), "-n", "1"]
    return subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", folder, folder / "test_some.py"],
        env={**env, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )


def test_what_passes_only_the_second_time_is_told_and_what_never_does_has_failed(tmp_path):
    found = run(tmp_path, RACE, True)
    assert found.returncode == 1
    assert "1 failed, 1 passed, 2 rerun" in found.stdout
    assert "FLAKY: test_some.py::test_a_page[2] " in found.stdout
    assert found.stdout.count("it was too early") >= 2


def test_in_ci_alone_tests_in_a_browser_are_run_once_more(request):
    marks = [item.get_closest_marker("flaky") for item in request.session.items if item.get_closest_marker("browser")]
    assert {bool(mark) for mark in marks} <= {bool(os.environ.get("CI"))}


@pytest.mark.parametrize("ci", [True, False])
def test_what_is_skipped_is_told_and_fails_in_ci(ci, tmp_path):
    found = run(tmp_path, TESTS, ci)
    assert found.returncode == (1 if ci else 0), found.stdout + found.stderr
    if ci:
        assert "1 passed, 1 xfailed, 3 errors" in found.stdout
        assert "test_a_page was skipped, in CI: no browser: none found" in found.stdout
    else:
        assert "3 TESTS DID NOT RUN" in found.stdout
        assert "2 skipped: no browser: none found" in found.stdout
        assert "1 skipped: no FriBidi" in found.stdout


def browser_sh(tmp_path, *here: str, user: int = 0) -> tuple[str, str]:
    """What tests/browser.sh installs, and what it says, where only the programs `here` and a pretended apt are."""
    programs = {
        "apt-get": f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n',
        "id": f"#!/bin/sh\necho {user}\n",
        **dict.fromkeys(here, "#!/bin/sh\n"),
    }
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", ROOT / "tests/browser.sh"], env={"PATH": str(folder)}, check=True, capture_output=True, text=True
    )
    asked = tmp_path / "asked"
    return (asked.read_text() if asked.exists() else ""), done.stderr


@pytest.mark.parametrize(
    ("here", "missing"),
    [
        ((), ["chromium-headless-shell", "nodejs", "git"]),
        (("chromium-headless-shell", "git"), ["nodejs"]),
        (("node",), ["chromium-headless-shell", "git"]),
        (("chromium-headless-shell", "node"), ["git"]),
    ],
)
def test_each_missing_program_is_installed(here, missing, tmp_path):
    asked, _ = browser_sh(tmp_path, *here)
    packages = asked.splitlines()[-1].split("--no-install-recommends")[1].split()
    of_this_machine = {"fonts-dejavu-core", "libatomic1", "libfribidi0"}  # no programs: looked for by path
    assert [name for name in packages if name not in of_this_machine] == missing


def test_without_the_right_to_install_it_says_what_is_missing(tmp_path):
    asked, said = browser_sh(tmp_path, "chromium-headless-shell", user=1000)
    assert asked == ""
    assert "nodejs" in said
    assert "skipped" in said
