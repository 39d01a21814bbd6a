"""The model's own words on the page: the drawer, the dice, and what is said of prompts where they are typed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.known import POCKET
from explorer.engine.store import FrameStore
from explorer.engine.words import KINDS, Words
from explorer.ui.model_words import ASK, MOST, MOST_BYTES, address
from tests.ui.hands import settled, turn_to
from tests.ui.serving import Served, served

WORDS = Words.of(POCKET)
TABS = ("prompt-grid", "interpolation", "inside-the-autoencoder")
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    networks = FakeNetworks()
    networks.words = WORDS
    with served(tmp_path_factory.mktemp("runs"), *TABS, engine=Engine(networks, FrameStore())) as site:
        yield site


@pytest.fixture
def visit(site: Served, browser: Browser) -> Iterator[Visit]:
    contexts, problems = [], []

    def visit(query: str = "?tab=interpolation", **options) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 720}, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(site.url + query)
        expect(page.locator("[id$='-status'] .status-text").filter(has_text=re.compile(r"\d")).first).to_be_visible()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert problems == []


def prompt(page: Page, i: int = 0) -> Locator:
    return page.locator(f"#interpolation-prompts-{i}").locator("textarea, input").first


def note(page: Page, i: int = 0) -> Locator:
    return page.locator(f"#interpolation-prompts-{i} .words-note")


def opened(page: Page) -> Locator:
    page.locator(".words-line").click()
    return page.locator(".words-drawer")


def test_a_model_without_words_has_no_drawer(tmp_path, browser: Browser):
    with served(tmp_path, "interpolation") as site:
        assert httpx.post(f"{site.url}{ASK}", json={"texts": []}).status_code in (404, 405)
        page = browser.new_page()
        page.goto(site.url)
        expect(prompt(page)).to_be_visible()
        expect(page.locator(".words-line, .prompt-dice")).to_have_count(0)
        page.close()


def test_chips_go_into_the_prompt_that_was_written_last_and_nowhere_on_a_tab_without_prompts(visit):
    page = visit()
    expect(page.locator(".words-line")).to_have_text(WORDS.line("fake"))
    prompt(page, 1).focus()
    drawer = opened(page)
    expect(drawer.locator(".words-into")).to_have_text("goes into: Prompt 2")
    expect(drawer.locator(".words-chip")).to_have_count(
        sum(each.get("offered", True) for kind in KINDS for each in WORDS.told[kind])
    )
    drawer.locator(".words-search").fill("owl")
    drawer.get_by_role("button", name="owl", exact=True).click()
    drawer.locator(".words-search").fill("")
    drawer.locator(".words-places").get_by_role("button", name="snow", exact=True).click()
    expect(prompt(page, 1)).to_have_value("an owl in the snow")
    drawer.locator(".words-colours").get_by_role("button", name="red", exact=True).click()  # instead of the place
    drawer.locator(".words-styles").get_by_role("button", name="watercolor", exact=True).click()
    expect(prompt(page, 1)).to_have_value("a watercolor painting of an owl on a red background")
    expect(drawer.get_by_role("button", name="snow", exact=True)).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(".words-line")).to_be_focused()
    page.wait_for_url("**/?*owl*red*")  # it is the form's, as if it had been typed
    turn_to(page, "inside-the-autoencoder", "Under the hood")
    expect(page.locator("#inside-the-autoencoder-render")).to_be_visible()
    expect(opened(page).locator(".words-into")).to_have_text("There is no prompt on this tab.")


def test_on_the_map_they_go_to_its_corners_which_have_a_dice(visit):
    page = visit("?v=1&tab=prompt-grid")
    corners = page.locator("#prompt-grid-view .pad-corners input")
    dice = page.locator("#prompt-grid-view .pad-corner .prompt-dice")
    page.locator("#prompt-grid-render").click()
    expect(page.locator("#prompt-grid-status")).to_contain_text("25 frames in")
    expect(dice).to_have_count(4)
    before = corners.nth(2).input_value()
    dice.nth(2).click()
    expect(corners.nth(2)).not_to_have_value(before)
    thrown = corners.nth(2).input_value()
    assert WORDS.read(thrown).unknown == ()
    expect(page.locator("#prompt-grid-prompts-2").locator("textarea, input").first).to_have_value(thrown)
    corners.nth(1).fill("a smiling corgi")
    balloon = page.locator(".words-balloon")
    expect(balloon).to_contain_text("does not know corgi; nearest: dog")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(balloon).to_be_hidden()  # it goes with its prompt
    page.evaluate("scrollTo(0, 0)")
    balloon.get_by_role("button", name="dog").click()
    expect(corners.nth(1)).to_have_value("a smiling dog")
    expect(corners.nth(1)).to_be_focused()
    page.locator("#prompt-grid-view .pad-corners input").nth(1).fill("<nosuchword>")
    expect(page.locator(".words-balloon")).to_have_text(
        "<nosuchword> is no word of yours, so it is read as plain text."
    )


def test_a_word_it_never_met_is_marked_where_it_is_typed_asked_for_once_and_can_be_replaced(visit):
    page = visit()
    settled(page)
    prompt(page).fill("🐈 a puppy in the snow")
    strangers = note(page).locator(".words-unknown")
    expect(strangers).to_have_text(["does not know puppy; nearest: dog", "does not know 🐈; nearest: cat"])
    note(page).get_by_role("button", name="dog").click()
    expect(prompt(page)).to_have_value("🐈 a dog in the snow")
    expect(strangers).to_have_text(["does not know 🐈; nearest: cat"])
    note(page).get_by_role("button", name="cat").click()
    expect(prompt(page)).to_have_value("cat a dog in the snow")
    expect(note(page)).to_be_hidden()
    prompt(page).fill("<nosuchword> on a mountain, <bolt>")
    told = [f"{word} is no word of yours, so it is read as plain text." for word in ("<nosuchword>", "<bolt>")]
    expect(note(page).locator(".words-unknown")).to_have_text(told)
    page.evaluate(
        "explorer.taught = { has: (word) => word === '<bolt>' }; document.dispatchEvent(new Event('prompts'))"
    )
    expect(note(page).locator(".words-unknown")).to_have_text(told[:1])
    with page.expect_response(lambda response: response.url.endswith(ASK)):
        prompt(page).fill("a mountain")
    expect(note(page)).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or "") if request.url.endswith(ASK) else None)
    prompt(page).evaluate("field => field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }))")
    prompt(page).fill("mao")
    page.wait_for_timeout(800)
    assert asked == []
    prompt(page).evaluate("field => field.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true }))")
    expect(note(page)).to_contain_text("does not know mao")
    prompt(page).fill("a cat")
    expect(note(page)).to_be_hidden()
    page.wait_for_timeout(500)
    count = len(asked)
    prompt(page).fill("mao")
    expect(note(page)).to_contain_text("does not know mao")
    assert len(asked) == count


def test_chinese_is_drawn_as_the_english_that_is_shown_under_it(visit, site: Served):
    page = visit(locale="zh-CN")
    settled(page)
    prompt(page).fill("开心的猫在雪地里")
    expect(note(page)).to_contain_text("按这句英文画：a cat in the snow")
    expect(note(page)).to_contain_text("不认识，未画 开心")
    prompt(page).blur()
    page.wait_for_url("**/?*read_as=a+cat+in+the+snow*")
    page.locator("#interpolation-render").click()
    expect(page.locator("#interpolation-status .status")).to_have_attribute("data-state", "done")
    records = [json.loads(run.read_text()) for run in site.runs.root.glob("*/run.json")]
    (record,) = [each for each in records if each["settings"]["prompts"][0] == "开心的猫在雪地里"]
    assert record["read_as"] == {"开心的猫在雪地里": "a cat in the snow"}
    page.locator("#interpolation-prompts-1 .prompt-dice").click()
    expect(prompt(page, 1)).to_have_value(re.compile("[\u4e00-\u9fff]"))
    assert WORDS.read(prompt(page, 1).input_value()).unknown == ()
    expect(note(page, 1)).to_contain_text("按这句英文画：")


def test_a_link_says_if_its_prompts_were_drawn_from_other_english(visit, site: Served):
    page = visit("?tab=interpolation&prompts=%E7%8C%AB&prompts=a+dog&read_as=a+tiger")
    expect(page.locator("#notice")).to_contain_text("“猫” was drawn as “a tiger” there; here it is drawn as “a cat”")
    page.goto(f"{site.url}?tab=interpolation&prompts=%E7%8C%AB&prompts=a+dog&read_as=a+cat")
    expect(page.locator("#notice")).to_contain_text("Opened from a link")
    expect(page.locator("#notice")).not_to_contain_text("was drawn as")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"texts": "cat"}',
        b'{"texts": [1]}',
        b"[" * 9999,
        json.dumps({"texts": ["a"] * (MOST + 1)}).encode(),
    ],
)
def test_what_is_no_question_is_refused(site: Served, body):
    assert httpx.post(f"{site.url}{ASK}", content=body).status_code == 400


def test_on_a_phone_the_end_of_the_page_is_not_under_the_bar_and_the_picture_stays_in_sight(site, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(site.url)
    page.locator("#prompt-grid-render").click()
    expect(page.locator("#prompt-grid-view [data-film]")).to_have_attribute("data-state", "shown")
    peek = page.locator(".peek")
    expect(peek).to_be_hidden()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    drawn = "(node) => node.getContext('2d').getImageData(50, 50, 1, 1).data[3] === 255"
    expect(peek).to_be_visible()
    assert peek.locator("canvas").evaluate(drawn)
    page.locator(".words-line").click(timeout=5000)  # which Playwright does only where nothing lies over it
    expect(page.locator(".words-drawer")).to_be_visible()
    page.keyboard.press("Escape")
    peek.click()
    expect(peek).to_be_hidden()
    page.close()


def test_a_map_that_comes_late_has_its_dice_too(site: Served, browser: Browser):
    page, held = browser.new_page(), []
    page.route("**/widgets/**/pad.js", lambda route: held.append(route))  # noqa: PLW0108 (Playwright takes no builtin)
    page.goto(site.url + "?v=1&tab=prompt-grid")
    expect(page.locator("#prompt-grid-status")).to_contain_text("25 frames")
    page.locator("#prompt-grid-render").click()
    expect(page.locator("#prompt-grid-status")).to_contain_text("25 frames in")
    expect(page.locator("#prompt-grid-prompts-2 .prompt-dice")).to_be_visible()  # they have looked, and found no map
    for route in held:
        route.continue_()
    expect(page.locator("#prompt-grid-view .pad-corner .prompt-dice:not([hidden])")).to_have_count(4)
    page.close()


def test_the_routes_answer_with_readings_and_words(site: Served):
    assert httpx.post(f"{site.url}{ASK}", content=b" " * (MOST_BYTES + 1)).status_code == 413
    (reading,) = httpx.post(f"{site.url}{ASK}", json={"texts": ["a corgi"]}).json()
    unknown = [{"word": "corgi", "start": 2, "nearest": "dog"}]
    assert reading == {"typed": "a corgi", "english": "a corgi", "unknown": unknown}
    known = httpx.get(f"{site.url}{address(WORDS)}")
    assert "immutable" in known.headers["cache-control"]
    assert "猫" in known.json()["subjects"][0]["find"]
