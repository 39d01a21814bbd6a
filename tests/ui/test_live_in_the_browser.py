"""Pictures that follow the hand, in a real browser: what is dragged and typed is drawn, marked as what it is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.outputs.settings import read
from tests.ui.hands import settled, unfold
from tests.ui.serving import Served, served

TABS = ("interpolation", "prompt-grid")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), *TABS, live=True) as site:
        yield site


@pytest.fixture
def page(browser: Browser, site: Served) -> Iterator[Page]:
    """A visitor whose page is ready; a script error fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(site.url)
    expect(page.locator(".live-switch")).to_have_attribute("aria-checked", "true")
    page.locator("#tab-interpolation-button").click()
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames")
    settled(page)
    yield page
    context.close()
    assert problems == []


def colour(page: Page, selector: str) -> list[int]:
    """Of the pixel in the middle of a canvas."""
    return page.evaluate(
        """(selector) => { const c = document.querySelector(selector);
        return [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data.slice(0, 3)]; }""",
        selector,
    )


def drawn(site: Served, prompt: str) -> list[float]:
    """The colour that the fake networks draw for a prompt with the page's usual guidance."""
    networks = site.engine.networks
    here, there = (networks.encode(text).prompt_embeds[0, :3] for text in (prompt, ""))
    mixed = there + networks.defaults.guidance_scale * (here - there)
    return [float(255 * part) for part in mixed.clamp(0, 1)]


def badge(page: Page, tab: str):
    return page.locator(f"#{tab}-view .view-kind")


def test_what_is_typed_is_drawn_and_when_the_hand_rests_the_picture_itself_is_in_the_store(page: Page, site: Served):
    field = page.locator("#interpolation-prompts-1 textarea")  # the film's other end comes into sight
    field.fill("a small house")
    expect(badge(page, "interpolation")).to_have_text("Exact")
    expect(badge(page, "interpolation")).to_have_attribute("data-late", "false")
    expect(page.locator("#interpolation-view .film-caption")).to_have_text("a small house")
    expect(page.locator("#interpolation-view .film-count")).to_have_text("24 / 24")
    shown = colour(page, "#interpolation-view .film-picture")
    assert all(abs(a - b) <= 4 for a, b in zip(shown, drawn(site, "a small house"), strict=True))
    field.fill("a large house")
    expect(badge(page, "interpolation")).to_have_text("Draft")
    field.fill("a small house")  # at rest the bar and the address say so, before the field is left
    expect(page.locator("#interpolation-status")).to_contain_text("1 already rendered")
    page.wait_for_url("**/*prompts=a+small+house*")
    expect(badge(page, "interpolation")).to_have_text("Exact")
    save = page.locator("#interpolation-view .view-save")
    with page.expect_download() as download:  # there is no run yet
        save.click()
    assert download.value.suggested_filename == "a small house.png"
    assert read(download.value.path())["frame"]["settings"]["prompt"] == "a small house"


DRAGGED = """async ([selector, values]) => {
  const { pump } = document.querySelector('live-switch'), { ask } = pump, { live } = explorer;
  const slider = document.querySelector(selector);
  let heard = [];
  pump.ask = (question) => { heard.push(['hand', question.values]); ask.call(pump, question); };
  explorer.live = (tab, values) => { heard.push(['Gradio', values]); live(tab, values); };
  const pause = (due) => new Promise((done) => { const look = () => (due() ? done() : setTimeout(look, 5)); look(); });
  const first = [];
  for (const value of values) {
    heard = [];
    slider.value = value;
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await pause(() => heard.length && heard.at(-1)[0] === 'Gradio');
    first.push([heard[0], heard.at(-1)].map(([who, values]) => [who, values[1]]));
    if (heard[0][0] === 'hand') break; // a busy machine takes this value for one that a resting hand left
  }
  return first;
}"""


def test_what_a_hand_drags_is_asked_for_before_gradio_is_and_both_say_the_same(page: Page):
    page.locator("#shared-more").click()
    page.wait_for_timeout(500)
    values = [1 + 0.5 * i for i in range(20)]
    heard = page.evaluate(DRAGGED, ["#shared-guidance_scale input[type=range]", values])
    assert heard == [[[first[0], value], ["Gradio", value]] for (first, _), value in zip(heard, values, strict=False)]
    assert heard[-1][0][0] == "hand"


def test_a_press_that_sets_nothing_is_not_late_and_what_the_server_sets_is_drawn_however_late_it_comes(
    page: Page, site: Served
):
    held = []
    page.route("**/live", lambda route: held.append(route))  # noqa: PLW0108 (Playwright takes no builtin)
    with page.expect_request("**/live"):
        page.locator("#shared-more").click()
    assert badge(page, "interpolation").get_attribute("data-late") == "false"
    for route in held:
        route.continue_()
    page.unroute("**/live")
    page.locator("#interpolation-prompts-1 textarea").fill("a house")
    expect(badge(page, "interpolation")).to_have_text("Exact")

    def late(route):
        time.sleep(0.8)
        route.continue_()

    page.route("**/gradio_api/run/**", late)
    unfold(page, "interpolation-use")
    page.get_by_role("button", name="→ Morph, as its last stop").click()
    expect(page.locator("#interpolation-prompts-2 textarea")).to_have_value("a house")
    expect(page.locator("#interpolation-view .film-count")).to_have_text(re.compile(r"/ 47$"))
    expect(badge(page, "interpolation")).to_have_text("Exact")


def test_a_film_stands_in_drafts_before_its_frames_come(page: Page, site: Served):
    page.locator("#interpolation-prompts-0 textarea").fill("a film of drafts")
    expect(badge(page, "interpolation")).to_have_text("Exact")
    with site.held(26):  # 24 drafts in calls of 2 rows and more, and no frame
        page.locator("#interpolation-render").click()
        drafts = "document.querySelector('#interpolation-view [data-film]').reel.kinds.size"
        page.wait_for_function(f"{drafts} > 3")
        assert page.locator("#interpolation-view .film-drafts").get_attribute("d")
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames in", timeout=60_000)
    page.wait_for_function(f"{drafts} === 0")
    expect(badge(page, "interpolation")).to_be_hidden()
    page.locator("#interpolation-prompts-0 textarea").fill("another film")
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames, ")
    page.locator("#interpolation-prompts-0 textarea").fill("a film of drafts")  # what is shown again is told again
    expect(page.locator("#interpolation-status")).to_contain_text("24 frames in")


def test_the_pad_draws_under_the_hand_and_lets_go_of_it_with_live_off(page: Page, site: Served):
    page.locator("#tab-prompt-grid-button").click()
    settled(page)
    page.locator("#prompt-grid-view .pad-corners input").last.fill("a red lamp")
    expect(badge(page, "prompt-grid")).to_have_text("Exact")
    square = page.locator("#prompt-grid-view .pad-square").bounding_box()
    at = lambda t: (square["x"] + t * square["width"], square["y"] + t * square["height"])  # noqa: E731
    page.mouse.move(*at(0.4))
    page.mouse.down()
    page.mouse.move(*at(0.6))
    expect(badge(page, "prompt-grid")).to_have_text("Draft")
    calls = site.quiet()
    page.evaluate("window.looks = 0; document.addEventListener('look', () => { looks += 1; }, true)")
    page.mouse.move(*at(0.7))
    assert site.quiet() > calls
    assert page.evaluate("looks") == 0  # no widget has moved: Gradio is not asked what they say
    save = page.locator("#prompt-grid-view .view-save")
    assert save.get_attribute("href") is None
    page.mouse.up()
    expect(badge(page, "prompt-grid")).to_have_text("Exact")
    expect(save).to_have_attribute("href", re.compile("single/"))
    kinds = "[...document.querySelector('#prompt-grid-view [data-film]').reel.kinds.values()]"
    page.wait_for_function(f"{kinds}.filter((kind) => kind === 'exact').length === 81")
    calls = site.quiet()
    page.locator("#prompt-grid-use-menu").click()  # a click anywhere makes no draft of it again
    assert site.quiet() == calls
    page.locator(".live-switch").click()
    calls = site.quiet()
    page.mouse.move(*at(0.3))
    page.mouse.down()
    page.mouse.move(*at(0.2))
    expect(page.locator("#prompt-grid-view .view-note")).to_contain_text("blend", ignore_case=True)
    assert site.engine.networks.calls == calls
    page.mouse.up()


def test_a_draft_of_the_very_point_outlives_live(page: Page, monkeypatch):
    page.locator("#tab-prompt-grid-button").click()
    settled(page)
    page.locator("#prompt-grid-view .pad-corners input").last.fill("a green lamp")
    expect(badge(page, "prompt-grid")).to_have_text("Exact")
    square = page.locator("#prompt-grid-view .pad-square").bounding_box()
    at = lambda t: (square["x"] + t * square["width"], square["y"] + t * square["height"])  # noqa: E731
    page.mouse.move(*at(0.4))
    page.mouse.down()
    page.mouse.move(*at(0.57))
    expect(badge(page, "prompt-grid")).to_have_text("Draft")
    pump = "document.querySelector('live-switch').pump"  # of this very point, not of one on the way here
    page.wait_for_function(f"!{pump}.flying && !{pump}.waiting")
    monkeypatch.setattr("explorer.ui.live.seconds_of_a_draft", lambda _: 2.0)  # the machine has become slow
    page.mouse.up()
    expect(page.locator(".live-switch")).to_have_attribute("aria-checked", "false")
    expect(badge(page, "prompt-grid")).to_have_text("Draft")
    page.locator("#prompt-grid-view .pad-corners input").last.fill("a blue lamp")
    page.keyboard.press("Tab")
    expect(badge(page, "prompt-grid")).to_have_text("Of earlier settings")
    page.mouse.move(*at(0.57))
    page.mouse.down()
    page.mouse.move(*at(0.45))
    page.wait_for_function("document.querySelector('#prompt-grid-view [data-film]').sketch === null")
    page.mouse.up()


def test_two_visitors_drag_at_once_and_each_sees_only_theirs(browser: Browser, page: Page, site: Served):
    other = browser.new_page()
    other.goto(site.url)
    expect(other.locator(".live-switch")).to_have_attribute("aria-checked", "true")
    other.locator("#tab-interpolation-button").click()
    expect(other.locator("#interpolation-status")).to_contain_text("24 frames")
    settled(other)
    prompts = {page: "a blue door", other: "a green hill"}
    for visitor, prompt in prompts.items():
        visitor.locator("#interpolation-prompts-0 textarea").fill(prompt)
    for visitor, prompt in prompts.items():
        expect(badge(visitor, "interpolation")).to_have_text("Exact")
        shown = colour(visitor, "#interpolation-view .film-picture")
        assert all(abs(a - b) <= 4 for a, b in zip(shown, drawn(site, prompt), strict=True))
    other.close()


def test_a_preset_that_comes_late_is_what_is_seen_however_early_the_page_looked_at_its_fields(
    page: Page, site: Served, monkeypatch
):
    """Where the server takes its time, the page looks at what is set before the preset has been written there."""
    page.evaluate("""() => { const { fetch } = window;
        window.fetch = async (...asked) => {
          if (String(asked[0]).includes('/queue/join')) await new Promise((late) => setTimeout(late, 600));
          return fetch(...asked);
        }; }""")
    monkeypatch.setattr(site.engine.networks, "pause", 0.05)
    page.get_by_role("button", name="The sun becomes the moon", exact=True).click()
    page.wait_for_function("document.querySelector('#interpolation-view [data-film]').frames[0]?.caption === 'the sun'")
    for preset, caption in {"From castle to rainbow": "a castle", "The sun becomes the moon": "the sun"}.items():
        page.get_by_role("button", name=preset, exact=True).click()
        page.wait_for_function(
            """(caption) => { const view = document.querySelector('#interpolation-view [data-film]');
            const { frames, left, reel, of, value } = view;
            const own = left === null && of === value.of && reel.base && reel.complete;
            return own && frames[0]?.caption === caption; }""",
            arg=caption,
        )
    expect(badge(page, "interpolation")).to_have_attribute("data-late", "false")


@pytest.mark.parametrize("live", [True, False])
def test_a_run_that_ends_behind_other_words_leaves_their_price_in_the_bar(
    page: Page, site: Served, monkeypatch, live: bool
):
    if not live:
        page.locator(".live-switch").click()
    prompt, seen = page.locator("#interpolation-prompts-0 textarea"), badge(page, "interpolation")
    prompt.fill(f"a boat, live {live}")  # nothing of it is in the store
    settled(page)
    monkeypatch.setattr(site.engine.networks, "pause", 0.03)
    page.locator("#interpolation-render").click()
    status = page.locator("#interpolation-status .status-text")
    expect(status).to_contain_text("of 24 frames")
    prompt.fill(f"a boat in the rain, live {live}")
    prompt.blur()
    expect(page.locator("#interpolation-stop")).to_be_disabled()
    expect(status).to_contain_text(re.compile(r"^24 frames, (\d already rendered|about)"))
    expect(seen).to_have_text("Exact" if live else "Of earlier settings")
