"""Files opened on the page: chosen or dropped, ours and other programs', and those that would do harm."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Browser, Page, expect

from explorer.experiments import registry
from explorer.outputs import settings
from explorer.outputs.export import export
from explorer.ui.opening import _forget
from tests.ui.hands import settled, unfold, write
from tests.ui.renders import run_of
from tests.ui.serving import Served, served

DROP = """([name, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
  const event = (kind) => new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
  const over = event('dragover');
  document.querySelector('#title').dispatchEvent(over);
  document.querySelector('#title').dispatchEvent(event('drop'));
  return over.defaultPrevented; }"""
SCRIPT = "<img src=x onerror=\"document.title='run'\">${document.title='run'}"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(
        tmp_path_factory.mktemp("runs"), "interpolation", "noise-loop", "guidance-sweep", "image-variations"
    ) as site:
        yield site


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    """A fresh visitor; a script error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("console", lambda said: problems.append(said.text) if "Error executing" in said.text else None)
    page.goto(site.url)
    expect(page.locator("#interpolation-status")).to_contain_text("rows")
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def made(site: Served, tmp_path: Path):
    """A function: a file of an experiment that was rendered elsewhere, by format, "frame" or "run.json"."""

    def made(experiment: str, format: str, **given) -> Path:
        whole = registry()[experiment](**given).resolved(site.engine.networks.defaults)
        run = run_of(whole, site.engine, site.runs)
        kept = {"frame": run.pictures[-1], "run.json": run.folder / "run.json"}
        path = kept.get(format) or export(run, format)
        return Path(shutil.copy(path, tmp_path / path.name))

    return made


def drop(page: Page, path: Path) -> None:
    assert page.evaluate(DROP, [path.name, base64.b64encode(path.read_bytes()).decode()])


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#open-file").click()
    chooser.value.set_files(path)


def test_of_large_files_only_gradios_own_are_deleted(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    runs, uploads = tmp_path / "runs", tmp_path / "gradio" / "abc"
    for folder in (runs, uploads):
        folder.mkdir(parents=True)
        (folder / "large").write_bytes(bytes(1_000_001))
        (folder / "small").write_bytes(b"small")
    through = uploads / ".." / ".." / "runs" / "large"
    for path in (runs / "large", runs / "small", uploads / "large", uploads / "small", through, tmp_path / "gone"):
        _forget(path)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == [
        "gradio/abc/small",
        "runs/large",
        "runs/small",
    ]


def test_a_film_that_is_dropped_and_an_archive_that_is_chosen_fill_their_forms_and_render_nothing(
    page: Page, made, site: Served, tmp_path: Path
):
    path = made("noise-loop", "gif", prompt=SCRIPT, frames=5, seed=77)
    calls = site.engine.networks.calls
    drop(page, path)
    expect(page.locator("#notice")).to_contain_text(f"Opened {path.name}: Other noise. Press Render.")
    expect(page.locator("#noise-loop-prompt textarea, #noise-loop-prompt input").first).to_have_value(SCRIPT)
    expect(page.locator("#noise-loop-frames input[type=number]")).to_have_value("5")
    expect(page.locator("#noise-loop-status")).to_contain_text("5 frames in")  # they are there: nobody presses Render
    expect(page.locator("#noise-loop-view .film-count")).to_have_text("1 / 5")
    page.locator("#shared > button").click()
    expect(page.locator("#shared-seed input")).to_have_value("77")
    assert site.engine.networks.calls == calls
    assert page.title() == "Latent Explorer"
    path = made("guidance-sweep", "zip", prompt=f"a {SCRIPT} cat", scales=(1, 3), seeds=(4, 5))
    calls = site.engine.networks.calls
    choose(page, path)
    expect(page.locator("#notice")).to_contain_text("How strictly?, 4 of 4 frames came back")
    expect(page.locator("#guidance-sweep-view")).to_contain_text("seed 5")
    expect(page.locator("#guidance-sweep-view")).not_to_contain_text("still to come")
    assert site.engine.networks.calls == calls
    with page.expect_download(timeout=30_000) as download:
        unfold(page, "guidance-sweep-export")
        page.locator("#guidance-sweep-export-zip").click()
    download.value.save_as(tmp_path / "again.zip")
    assert settings.read(tmp_path / "again.zip")["settings"] == settings.read(path)["settings"]
    assert page.title() == "Latent Explorer"


def test_another_programs_picture_becomes_a_sweep_of_one_and_a_prompt_that_it_does_not_give_stays(
    page: Page, tmp_path: Path
):
    info = PngInfo()
    info.add_text(
        "parameters",
        f"a {SCRIPT} cat\nNegative prompt: a dog\nSteps: 9, Sampler: Euler a, CFG scale: 7.5, Seed: 7, Size: 70x64",
    )
    Image.new("RGB", (8, 8)).save(tmp_path / "00001-7.png", pnginfo=info)
    drop(page, tmp_path / "00001-7.png")
    notice = page.locator("#notice")
    expect(notice).to_contain_text("Opened 00001-7.png, a picture of AUTOMATIC1111: How strictly?. Press Render.")
    expect(notice).to_contain_text("width = '70' is not allowed")
    prompt = page.locator("#guidance-sweep-prompt textarea, #guidance-sweep-prompt input").first
    expect(prompt).to_have_value(f"a {SCRIPT} cat")
    expect(page.locator("#guidance-sweep-scales textarea, #guidance-sweep-scales input").first).to_have_value("7.5")
    expect(page.locator("#guidance-sweep-status")).to_contain_text("1 frame, ")
    expect(page.locator("#guidance-sweep-view")).to_contain_text("Your comparison will appear here")
    page.locator("#guidance-sweep-render").click()
    expect(page.locator("#guidance-sweep-status")).to_contain_text("1 frame in")
    assert page.title() == "Latent Explorer"
    write(prompt, "mine")
    graph = {"1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0], "latent_image": ["3", 0], "steps": 9}}}
    info = PngInfo()
    info.add_text("prompt", json.dumps(graph))
    Image.new("RGB", (512, 768)).save(tmp_path / "comfy.png", pnginfo=info)
    drop(page, tmp_path / "comfy.png")
    expect(notice).to_contain_text("Its prompt was not found in the file: that field is left as it was.")
    expect(notice).to_contain_text("Its size, 512 x 768, became 64 x 96, which suits this model")
    page.locator("#shared > button").click()
    expect(page.locator("#shared-num_inference_steps input[type=number]")).to_have_value("9")
    expect(page.locator("#shared-width input[type=number]")).to_have_value("64")
    expect(prompt).to_have_value("mine")


NOTHING = {
    "hello.txt": (b"hello", "hello.txt carries no settings of Latent Explorer."),
    "deep.json": (b'{"settings":' + b"[" * 10_000, "deep.json carries a text that is not settings"),
    "else.json": (
        json.dumps({"experiment": SCRIPT, "settings": {}}).encode(),
        "else.json is for a tab that is not here: <img src=x",
    ),
}


def test_what_gives_nothing_is_said_in_a_sentence_a_start_picture_comes_back_and_the_button_is_within_reach(
    page: Page, made, tmp_path: Path
):
    for name, (content, sentence) in NOTHING.items():
        (tmp_path / name).write_bytes(content)
        drop(page, tmp_path / name)
        expect(page.locator("#notice")).to_contain_text(sentence)
        expect(page.locator("#notice")).to_contain_text("What opens here: every file that this page exports")
        expect(page.locator("#interpolation-render")).to_be_visible()
        assert page.title() == "Latent Explorer"
        assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    path = made("image-variations", "webp", picture="hills", count=2, strengths=(0.5,))
    drop(page, path)
    expect(page.locator("#notice")).to_contain_text("Remix")
    free = re.compile("3 frames(, 3 already rendered| in)")  # and what costs nothing is shown a moment later
    expect(page.locator("#image-variations-status")).to_contain_text(free)
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        settled(page)
        box = page.locator("#open-file").bounding_box()
        assert (box["x"] >= 0, box["height"] >= 36, box["x"] + box["width"] <= width) == (True, True, True)
