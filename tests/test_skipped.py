"""Without a browser or node the tests are green, loudly; in CI they are red."""

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


@pytest.mark.parametrize("ci", [True, False])
def test_what_is_skipped_is_told_and_fails_in_ci(ci, tmp_path):
    (tmp_path / "test_some.py").write_text(TESTS)
    env = {name: value for name, value in os.environ.items() if name != "CI"} | ({"CI": "true"} if ci else {})
    plugins = ("xdist.plugin", "tests.skipped", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", "-q", *(f"-p{name}" for name in plugins), "-n", "1"]
    found = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", tmp_path, tmp_path / "test_some.py"],
        env={**env, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
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
