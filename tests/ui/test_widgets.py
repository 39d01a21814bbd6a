"""How the widgets' files come to the page: no code in its config, each file asked for once, nothing else served."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.experiments import registry
from explorer.ui import widget
from explorer.ui.widget import FOLDER, address, files, version
from tests.ui.hands import turn_to
from tests.ui.serving import Served, served

OURS = ("function", "=> {", "querySelector", "localStorage", "setTimeout", "{ display", "px;", "var(--")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs")) as site:
        yield site


def opened(browser: Browser, url: str) -> tuple[Page, list[str]]:
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    expect(page.locator("[id$='-status']:visible .status-text")).to_contain_text("frames")
    return page, asked


def test_the_config_carries_calls_and_addresses_but_no_code_of_ours(site: Served) -> None:
    config = httpx.get(f"{site.url}config").json()
    assert config["css"] is config["js"] is None
    events = {event["js"] for event in config["dependencies"] if isinstance(event["js"], str)}
    widgets = [component["props"] for component in config["components"] if component["type"] == "html"]
    assert len(widgets) > 20
    assert {(props["css_template"], props["html_template"]) for props in widgets} == {("", "")}
    for props in widgets:
        assert props["js_on_load"] == widget.MOUNT.format(id=json.dumps(props.get("elem_id")))
    assert max(len(js) for js in events) < 90
    assert not [(js, code) for js in events for code in OURS if code in js]


def test_the_config_is_light(site: Served) -> None:
    sent = httpx.get(f"{site.url}config").content
    tabs = len(registry())
    assert len(sent) < 60_000 * tabs
    assert len(json.loads(sent)["dependencies"]) <= 15 * tabs + 7  # the page's own undo, six more for the shared line
    assert len(json.loads(sent)["components"]) <= 44 * tabs


def test_the_example_pictures_stand_on_their_buttons(site: Served, browser: Browser) -> None:
    page, _ = opened(browser, site.url)
    page.locator("#tab-image-variations-button").first.click()
    icons = page.locator("#tab-image-variations .buttons img")
    expect(icons).to_have_count(4)
    for icon in icons.all():
        expect(icon).to_have_js_property("complete", True)
        assert icon.evaluate("image => image.naturalWidth") > 0
    page.close()


def test_a_visit_asks_for_each_file_once_and_the_next_one_for_none(site: Served, browser: Browser) -> None:
    page, asked = opened(browser, site.url)
    for tab in ("guidance-sweep", "prompt-grid", "denoising-trajectory", "noise-loop"):
        turn_to(page, tab, registry()[tab].label())
        expect(page.locator(f"#{tab}-view .view-empty")).to_be_visible()
    ours = collections.Counter(url.rpartition("/")[2] for url in asked if "/widgets/" in url)
    assert set(ours) >= {
        "mount.js",
        "view.js",
        "film.js",
        "compare.js",
        "pad.js",
        "trajectory.js",
        "view.css",
        "film.css",
    }
    assert {name: times for name, times in ours.items() if times > 1} == {}
    assert all(f"/widgets/{version()}/" in url for url in asked if "/widgets/" in url)
    page.close()


def test_a_file_may_be_kept_for_good_and_another_version_is_not_found(site: Served) -> None:
    answer = httpx.get(site.url.rstrip("/") + address("film.js"))
    assert answer.text == (FOLDER / "film.js").read_text()
    assert "javascript" in answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]
    older = address("film.js").replace(version(), "0" * 12)
    assert httpx.get(site.url.rstrip("/") + older).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "package.json",
        "../widget.py",
        "..%2fwidget.py",
        "%2e%2e/widget.py",
        "film.js/",
        "film",
        "/etc/passwd",
    ],
)
def test_nothing_but_scripts_and_styles_is_served(site: Served, path: str) -> None:
    url = httpx.URL(f"{site.url}widgets/{version()}/{path}")
    answer = httpx.get(url, follow_redirects=True)
    assert b"def served" not in answer.content
    assert b'"type": "module"' not in answer.content
    assert answer.status_code in (404, 405) or answer.url.path != url.path or b"gradio" in answer.content


def test_an_update_of_any_file_has_another_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = version()
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(widget, "FOLDER", tmp_path)
    for change in (b"", b" "):
        with (tmp_path / "pane.js").open("ab") as file:
            file.write(change)
        files.cache_clear()
        version.cache_clear()
        assert (version() == before) is (change == b"")
    monkeypatch.undo()
    files.cache_clear()
    version.cache_clear()


def test_under_a_root_path_they_are_found_there(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADIO_ROOT_PATH", "/sub")
    with served(tmp_path / "runs", "interpolation") as site:
        config = httpx.get(f"{site.url}config").json()
        modules = {c["props"]["props"]["module"]["url"] for c in config["components"] if c["type"] == "html"}
        assert modules == {f"{site.url}sub{address('mount.js')}"}
        context = browser.new_context()
        context.route(
            "**/sub/**", lambda route: route.continue_(url=route.request.url.replace("/sub/", "/"))
        )  # a proxy
        page, asked = context.new_page(), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site.url}sub/")
        expect(page.locator("#interpolation-status .status-text")).to_be_attached()
        expect(page.locator("#interpolation-view .view-empty")).to_be_visible()
        ours = [url for url in asked if "/widgets/" in url]
        assert ours
        assert all(url.startswith(f"{site.url}sub/widgets/") for url in ours)
        assert len(ours) == len(set(ours))
        context.close()


def test_a_widget_fires_only_what_it_says() -> None:
    view = widget.Unseen.__new__(widget.Unseen)
    with pytest.raises(AttributeError):
        _ = view.visit
    there = [path.name for path in FOLDER.iterdir() if path.suffix != ".json"]
    assert sorted(files()) == sorted([*there, "said.js"])
