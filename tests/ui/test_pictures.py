"""Start pictures on the page: a script sends a file, a visitor drops one; a bad one is refused and nothing is lost."""

import json
import re
from pathlib import Path

import gradio as gr
import httpx
import numpy as np
import pytest
from gradio.data_classes import ImageData
from gradio_client import handle_file
from gradio_client.exceptions import ValidationError
from PIL import ExifTags, Image
from playwright.sync_api import expect

from explorer.experiments.inputs import Picture
from explorer.experiments.pictures import EXAMPLES, canonical, webp_file, with_ancestry
from explorer.ui.canvas import NOTHING
from explorer.ui.controls import control
from tests.clients import connected
from tests.experiments.test_pictures import SVG, bomb, file_of, halves, noisy
from tests.ui.hands import settled, write
from tests.ui.serving import Served, served
from tests.ui.test_page import SHARED, folder_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("runs"), "image-variations") as site:
        yield site


def render(site: Served, picture, fit="crop", prompt="a cat", strengths="0.5", count=2, seeds="") -> dict:
    """The record of the run that a script gets for a picture."""
    client = connected(site.url)
    given = [*SHARED.values(), picture, NOTHING, prompt, strengths, count, fit, seeds]
    film, status, *_ = client.predict(*given, api_name="/image-variations")
    assert status["state"] == "done"
    return json.loads((folder_of(film) / "run.json").read_text())


def turned() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return file_of(halves(), "JPEG", exif=exif)


FILES = {
    "plain.png": file_of(noisy(70, 50)),
    "turned.jpg": turned(),
    "cmyk.jpg": file_of(halves().convert("CMYK"), "JPEG"),
    "sixteen bits.png": file_of(Image.fromarray(np.arange(32 * 32, dtype=np.uint16).reshape(32, 32) * 60)),
    "moving.gif": file_of(halves(), "GIF", save_all=True, append_images=[halves((48, 32), "lime")]),
    "not what it says.svg": file_of(noisy(40, 40)),
    "没有后缀": file_of(noisy(30, 40), "BMP"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_script_sends_a_file_and_it_comes_in_as_it_is(site, tmp_path, name):
    (tmp_path / name).write_bytes(FILES[name])
    record = render(site, handle_file(tmp_path / name))
    assert record["settings"]["picture"] == canonical(FILES[name])
    assert [frame["caption"] for frame in record["frames"]][:2] == ["start", "strength 0.5: 2 of 4 steps, seed 0"]


BAD = {
    "cut off.png": (file_of(noisy(200, 200))[:5000], "it is cut off or broken"),
    "bomb.png": (bomb(), "it has 13000 x 13000 pixels, at most 64 megapixels"),
    "drawing.svg": (SVG, "it is no picture of a kind that is taken"),
    "words.png": (b"words " * 100, "it is no picture of a kind that is taken"),
    "dot.png": (file_of(Image.new("RGB", (1, 1))), "it has 1 x 1 pixels, at least 8"),
    "line.png": (file_of(Image.new("RGB", (10_000, 3))), "it has 10000 x 3 pixels"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_field_and_reason_before_anything_runs(site, tmp_path, name):
    content, reason = BAD[name]
    (tmp_path / name).write_bytes(content)
    calls, runs = site.engine.networks.calls, set(site.runs.root.iterdir())
    with pytest.raises(ValidationError) as caught:
        render(site, handle_file(tmp_path / name))
    assert f"Start picture = a file of {len(content)} bytes is not allowed: {reason}" in str(caught.value)
    assert "PNG, JPEG, WebP" in str(caught.value)
    assert (site.engine.networks.calls, set(site.runs.root.iterdir())) == (calls, runs)


def test_without_a_picture_it_says_so(site):
    with pytest.raises(ValidationError, match="Start picture = None is not allowed: there is no picture"):
        render(site, None)


def posted(site: Served, picture: dict) -> str:
    """All that the server answers when a picture is posted past the client, which would upload the file itself."""
    event = next(number for number, fn in site.page.fns.items() if fn.api_name == "image-variations")
    file = {**picture, "meta": {"_type": "gradio.FileData"}}
    data = [*SHARED.values(), file, NOTHING, "crop", "a cat", "0.5", 2, ""]
    with httpx.Client(base_url=f"{site.url}gradio_api/", timeout=20) as http:
        joined = http.post("queue/join", json={"data": data, "fn_index": event, "session_hash": "stranger"})
        if joined.status_code != 200:
            return joined.text
        return joined.text + http.get("queue/data", params={"session_hash": "stranger"}).text


@pytest.mark.parametrize("path", ["/etc/passwd", str(EXAMPLES["boat"]), "planet", "../../etc/passwd"])
def test_no_path_and_no_name_gets_past_gradio(site, path):
    runs = set(site.runs.root.iterdir())
    said = posted(site, {"path": path})
    assert "was not uploaded by a user" in said
    assert "a file of" not in said  # it was not even read
    assert set(site.runs.root.iterdir()) == runs


@pytest.mark.parametrize("url", ["data:text/html;base64,PGI+", "data:image/png;base64,!!", "data:image/svg+xml,<svg/>"])
def test_no_other_data_url_is_a_picture(site, url):
    runs = set(site.runs.root.iterdir())
    said = posted(site, {"path": None, "url": url})
    assert '"is_valid":false,"message":"Start picture = ' in said
    assert set(site.runs.root.iterdir()) == runs


def picture_widget():
    with gr.Blocks():
        made = control("picture", Picture("A picture."), "planet", "the-picture")
    return made, made.components[0]


def test_what_is_written_is_read_back_byte_for_byte():
    made, widget = picture_widget()
    for picture in (canonical("hills"), canonical(noisy(90, 70)), with_ancestry(canonical("boat"), ["a", "b"])):
        (value,) = made.write(picture)
        shown = widget.postprocess(value)
        read = made.read([widget.preprocess(ImageData(path=shown.path))])
        assert read == webp_file(picture)
        assert Picture("").check("picture", read) == picture


def test_at_first_the_default_is_shown():
    _, widget = picture_widget()
    shown = widget.get_config()["value"]
    assert Path(shown["path"]).read_bytes() == EXAMPLES["planet"].read_bytes()


# In a browser -------------------------------------------------------------------------------------------------------

WIDGET = "#image-variations-picture"


@pytest.fixture
def page(site, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.goto(site.url)
    page.locator("#tab-image-variations-button").click()
    expect(page.locator(f"{WIDGET} img")).to_be_visible()
    expect(page.locator("#image-variations-status")).to_contain_text("9 frames")  # the page has filled its forms
    settled(page)
    yield page
    context.close()


def shown_bytes(page) -> bytes:
    return page.request.get(page.locator(f"{WIDGET} img").get_attribute("src")).body()


def upload(page, name: str, content: bytes) -> None:
    page.locator(f"{WIDGET} [aria-label='Remove Image']").click()
    expect(page.locator("#image-variations-status")).to_contain_text("Start picture = None is not allowed")
    expect(page.locator(f"{WIDGET} img")).to_have_count(0)  # it once came back by itself
    file = {"name": name, "mimeType": "image/png", "buffer": content}
    page.locator(f"{WIDGET} input[type=file]").first.set_input_files(file)


def rendered(page) -> None:
    """Presses Render when the form has all of what was just given: its price is told then."""
    expect(page.locator("#image-variations-status")).to_contain_text("9 frames", timeout=20_000)
    page.locator("#image-variations-render").click()
    expect(page.locator("#image-variations-status")).to_contain_text("9 frames in", timeout=20_000)


def test_an_example_is_one_click_and_rendered(page):
    before = page.locator(f"{WIDGET} img").get_attribute("src")
    page.locator(f"{WIDGET}-planet").click()
    expect(page.locator(f"{WIDGET} img")).not_to_have_attribute("src", before)
    assert shown_bytes(page) == EXAMPLES["planet"].read_bytes()
    rendered(page)


def test_a_picture_that_is_dropped_is_shown_as_it_will_be_used(page):
    content, before = turned(), page.locator(f"{WIDGET} img").get_attribute("src")
    upload(page, "turned.jpg", content)
    expect(page.locator(f"{WIDGET} img")).not_to_have_attribute("src", before)
    expect(page.locator(f"{WIDGET} img")).to_have_attribute("src", re.compile(r"picture\.webp$"))
    assert shown_bytes(page) == webp_file(canonical(content))
    rendered(page)


def test_a_bad_one_is_said_at_its_field_and_nothing_is_lost(page):
    prompt = page.locator("#image-variations-prompt textarea")
    write(prompt, "a fox")
    rendered(page)
    upload(page, "words.png", b"words " * 10)
    expect(page.locator("#image-variations-status")).to_contain_text("a file of 60 bytes is not allowed")
    page.locator("#image-variations-render").click()
    expect(page.locator(WIDGET)).to_contain_text("Start picture = a file of 60 bytes is not allowed")
    expect(page.locator("#image-variations-view .compare")).to_have_attribute("data-state", "shown")
    expect(prompt).to_have_value("a fox")
    page.locator(f"{WIDGET}-hills").click()
    expect(page.locator(f"{WIDGET} img")).to_have_attribute("src", re.compile(r"picture\.webp$"))
    rendered(page)
    expect(page.locator(WIDGET)).not_to_contain_text("not allowed")
