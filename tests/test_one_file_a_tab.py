"""The example tab of the documents, dropped into a copy of the program: it works, and no other file is touched.

Beside `dropped_in.py`, the copy runs the tests that ask something of every experiment there is or of every file, but
for those in a browser or with weights: of the new one, or of all at once. The others are the suite's own.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs.generate import exported

ROOT = Path(__file__).parents[1]
ASKED = (
    "tests/dropped_in.py",
    "tests/test_docs.py",
    "tests/test_languages.py",
    "tests/test_imports.py",
    "tests/test_command_line.py",
    "tests/test_python_api.py",
    "tests/experiments/test_experiments.py",
    "tests/experiments/test_links.py",
    "tests/engine/test_drafts.py",
    "tests/ui/test_shipped.py",
)
OF_ALL = ("dropped_in", "test_docs", "test_languages", "point_one_way", "lists_the_experiments", "by_its_class_name")
ELSEWHERE = (*(experiment.name() for experiment in exported()), "explorer/", "ui/", "outputs/")
"""What is asked of another tab or room is asked by the suite itself."""
LEFT_OUT = shutil.ignore_patterns(".*", "build", "*.egg-info", "pocket-work", "pocket-kit")


def test_a_file_is_all_that_a_tab_needs(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    documents = (copy / "docs/add-an-experiment.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(\"\"\"Many seeds.*?)```", documents, re.DOTALL).group(1)
    (copy / "explorer/experiments/many_seeds.py").write_text(example, encoding="utf-8")
    chosen = f"many_seeds or many-seeds or ({' or '.join(OF_ALL)}) and not ({' or '.join(ELSEWHERE)})"
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-rp", "-k", chosen, *ASKED]
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "[many-seeds]" in done.stdout, "it was among the experiments that were asked"
