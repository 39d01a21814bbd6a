"""How often the page does its work over: counts of one opening and one click, beside those of an earlier commit.

    python -m bench.counts [COMMIT]

Counted by a visitor's browser over the fake networks: nothing here depends on how fast the machine is. The visitor
opens the page, goes to Image variations, takes a picture of his own, and presses Render. The earlier commit's page runs
in a git worktree of its own, which is taken away again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BEFORE = "5487c25"
ROWS = ("experiments built", "plans", "surveys of a plan", "pictures decoded", "reads of run.json", "requests", "POSTs")


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Counts what this process does, by the names of ROWS but the last two, until the block is left."""
    from PIL.WebPImagePlugin import WebPImageFile  # noqa: PLC0415 (here, because `explorer` may be another commit's)

    from explorer.engine.engine import Render  # noqa: PLC0415
    from explorer.experiments import registry  # noqa: PLC0415
    from explorer.experiments.base import Experiment  # noqa: PLC0415
    from explorer.outputs import settings  # noqa: PLC0415

    counts: Counter[str] = Counter()
    watched: list[tuple[Any, str, str]] = [
        (Experiment, "__post_init__", "experiments built"),
        (Render, "__init__", "surveys of a plan"),
        (WebPImageFile, "_get_next", "pictures decoded"),
        (settings, "read", "reads of run.json"),
        *((experiment, "plan", "plans") for experiment in registry().values()),
    ]

    def counted(name: str, call: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            counts[name] += 1
            return call(*args, **kwargs)

        return wrapped

    before = [(owner, attribute, getattr(owner, attribute)) for owner, attribute, _ in watched]
    for owner, attribute, name in watched:
        setattr(owner, attribute, counted(name, getattr(owner, attribute)))
    try:
        yield counts
    finally:
        for owner, attribute, call in before:
            setattr(owner, attribute, call)


def visit() -> dict[str, Any]:
    """The counts of an opening and of a click, and the size of the page's config in bytes, in this process."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from explorer.engine.engine import Engine  # noqa: PLC0415
    from explorer.engine.fake import FakeNetworks  # noqa: PLC0415
    from explorer.engine.store import FrameStore  # noqa: PLC0415
    from explorer.experiments import registry  # noqa: PLC0415
    from explorer.outputs.runs import Runs  # noqa: PLC0415
    from explorer.ui.page import build_page, launch_options  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = build_page(Engine(FakeNetworks(), FrameStore()), Runs(Path(folder).resolve() / "runs"), registry())
        page.queue(api_open=False)
        _, url, _ = page.launch(prevent_thread_lock=True, quiet=True, **launch_options())
        chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # bench/ may be another commit's
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with counting() as counts:
            visitor = browser.new_page(viewport={"width": 1280, "height": 900})
            visitor.on("request", lambda request: counts.update(["requests"] + ["POSTs"] * (request.method == "POST")))
            visitor.goto(url)
            visitor.get_by_text("frames").first.wait_for(state="attached")
            opening = settled(visitor, counts)
            visitor.locator("#tab-image-variations-button").click()
            visitor.locator("#image-variations-picture input[type=file]").set_input_files(_picture(Path(folder)))
            visitor.locator("#image-variations-status").get_by_text("frames").first.wait_for()
            settled(visitor, counts)
            visitor.locator("#image-variations-render").click()
            visitor.locator("#image-variations-status").get_by_text("frames in").wait_for()
            click = settled(visitor, counts)
        config = len(visitor.request.get(f"{url}config").body())
        browser.close()
        page.close(verbose=False)
    return {"opening": opening, "click": click, "config": config}


def settled(visitor: Any, counts: Counter[str]) -> dict[str, int]:
    """The counts as soon as nothing has been added for a second; they begin anew."""
    before = None
    while before != counts:
        before = Counter(counts)
        visitor.wait_for_timeout(1000)
    counts.clear()
    return dict(before)


def _picture(folder: Path) -> Path:
    from PIL import Image  # noqa: PLC0415

    path = folder / "own.png"
    Image.effect_noise((300, 200), 60).convert("RGB").save(path)
    return path


def table(ours: dict[str, Any], theirs: dict[str, Any], commit: str) -> str:
    """Both in Markdown."""
    columns = ("what", "opening, now", f"opening, {commit}", "one click, now", f"one click, {commit}")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for row in ROWS:
        cells = [found[part].get(row, 0) for part in ("opening", "click") for found in (ours, theirs)]
        lines.append(f"| {row} | {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, f"\nThe page's config: {ours['config']} bytes now, {theirs['config']} of {commit}."])


def _of(tree: Path) -> dict[str, Any]:
    """The counts of the page in `tree`, in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(tree), "GRADIO_ANALYTICS_ENABLED": "False"}
    command = [sys.executable, str(Path(__file__).resolve()), "--visit"]
    return json.loads(subprocess.run(command, cwd=tree, env=env, check=True, stdout=subprocess.PIPE).stdout)


def main() -> None:
    """Counts here and in the earlier commit, and prints both."""
    parser = argparse.ArgumentParser(prog="python -m bench.counts", description=__doc__)
    parser.add_argument("commit", nargs="?", default=BEFORE, help=f"what to compare with ({BEFORE})")
    parser.add_argument("--visit", action="store_true", help=argparse.SUPPRESS)
    flags = parser.parse_args()
    if flags.visit:
        print(json.dumps(visit()))
        return
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "before"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), flags.commit], check=True)
        try:
            print(table(_of(ROOT), _of(tree), flags.commit))
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


if __name__ == "__main__":
    main()
