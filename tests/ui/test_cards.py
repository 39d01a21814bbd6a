"""Cards of links: whoever wrote the link, what a messenger reads is inert, and making it costs nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, expect

from explorer.experiments import registry
from explorer.ui import cards
from explorer.ui.cards import ABOUT, MOST_BYTES, PRODUCT, Cards, public_address
from explorer.ui.limits import LimitError
from tests.ui.hands import write
from tests.ui.serving import Served, served

ADDRESS = "https://example.org/explorer/"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "</title></head><svg onload=alert(1)>",
    "${alert(1)}{{alert(2)}} &quot;&lt;b&gt; \\u003cscript>",
    "a\r\nSet-Cookie: b=c\u2028\u202e\x00 <meta http-equiv=refresh content=0>",
]


class Head(HTMLParser):
    """What stands in a page's head: its title, its tags about the page, and the names of all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.title, self.said, self.tags, self._in = "", [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        attrs = dict(attrs)
        self._in = tag
        if tag == "meta" and (name := attrs.get("property") or attrs.get("name")):
            self.said.append((name, attrs.get("content")))

    def handle_endtag(self, tag):
        self._in = ""

    def handle_data(self, data):
        self.title += data if self._in == "title" else ""


def card(query: str, own: Cards | None = None) -> dict[str, str]:
    head = Head((own or Cards(registry(), ADDRESS)).html(query))
    assert set(head.tags) == {"title", "meta"}
    assert len(dict(head.said)) == len(head.said)
    return {"title": head.title, **dict(head.said)}


def png(side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_prompts_are_text_and_nothing_else(text):
    query = urlencode([("tab", "interpolation"), ("prompts", text), ("prompts", text), ("card", text), ("v", text)])
    said = card(query)
    shown = cards.plain(text)
    assert said["title"] == said["og:title"] == said["twitter:title"]
    assert f"{shown[:20]}" in said["title"]
    assert said["og:description"].startswith(f"“{shown}”, “{shown}” – Travel from prompt to prompt.")
    assert "og:image" not in said
    assert all(letter.isprintable() for value in said.values() for letter in value)


@pytest.mark.parametrize("tab", registry())
def test_every_tab_has_its_own_name_and_prompts(tab):
    experiment = registry()[tab]
    said = card(f"tab={tab}")
    assert said["title"].startswith(experiment.label())
    assert 20 < len(said["og:description"]) <= 300


NO_LINKS = ["", "tab=none", "x=1", "tab=" + "a" * 40_000, "&".join(["a=1"] * 300), "%ff=%00&tab"]
NO_ADDRESSES = ["example.org", "ftp://x", 'https://x/"><script>', "https://a@b", "https://x/?q", "https://x y"]


@pytest.mark.parametrize("query", NO_LINKS)
def test_what_is_no_link_of_an_experiment_has_the_products_card(query):
    said = card(query)
    assert (said["title"], said["og:description"]) == (PRODUCT, ABOUT)


def test_prompts_that_are_not_allowed_are_as_if_they_were_not_there():
    assert card("tab=interpolation&prompts=alone") == card("tab=interpolation")


def test_a_picture_is_shown_where_it_was_put_and_to_no_other_name():
    own = Cards(registry(), ADDRESS)
    said = own.put(png())
    assert said == own.put(png())
    assert said != Cards(registry(), ADDRESS).put(png())  # nobody reckons it from the picture
    shown = card(f"tab=interpolation&{said}", own)
    assert shown["og:image"] == shown["twitter:image"] == f"{ADDRESS}card/{said.partition('=')[2]}.jpg"
    assert shown["twitter:card"] == "summary_large_image"
    jpeg = Image.open(io.BytesIO(own.picture(said.partition("=")[2])))
    assert (jpeg.format, jpeg.size) == ("JPEG", (512, 512))
    for other in ("card=", f"card={'0' * 32}", f"card={said}", "card=../x"):
        assert "og:image" not in card(f"tab=interpolation&{other}", own)


def test_without_an_address_nothing_is_kept_and_no_picture_is_named():
    own = Cards(registry())
    assert own.put(png()) is None
    assert card(f"tab=interpolation&card={'0' * 32}", own)["twitter:card"] == "summary"


def test_the_table_is_bounded(monkeypatch):
    monkeypatch.setattr(cards, "MOST_BYTES", MOST_BYTES // 1000)
    own = Cards(registry(), ADDRESS)
    names = [own.put(png(side)).partition("=")[2] for side in range(8, 40)]
    kept = [name for name in names if own.picture(name)]
    assert 1 <= len(kept) < len(names)
    assert kept == names[-len(kept) :]


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, None),
        ({"SPACE_HOST": "me-here.hf.space"}, "https://me-here.hf.space/"),
        ({"SPACE_HOST": "me-here.hf.space", "LATENT_EXPLORER_ADDRESS": "none"}, None),
        ({"LATENT_EXPLORER_ADDRESS": " https://example.org/explorer "}, ADDRESS),
        ({"LATENT_EXPLORER_ADDRESS": "http://127.0.0.1:7860/"}, "http://127.0.0.1:7860/"),
    ],
)
def test_the_address_comes_from_the_environment(environ, address):
    assert public_address(environ) == address


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_one_sentence(text):
    with pytest.raises(LimitError, match=r"LATENT_EXPLORER_ADDRESS=.* must be an address as https://example\.org"):
        public_address({"LATENT_EXPLORER_ADDRESS": text})


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), "interpolation", address=ADDRESS) as site:
        yield site


def test_no_get_makes_work_and_no_header_changes_the_card(site: Served, monkeypatch):
    def work(*_args, **_options):
        raise AssertionError("a GET made work")

    for name in ("encode", "encode_negative", "encode_picture", "predict", "decode", "preview"):
        monkeypatch.setattr(site.engine.networks, name, work)
    for name in ("save", "resize", "load"):
        monkeypatch.setattr(Image.Image, name, work)
    query = urlencode([("tab", "interpolation"), ("prompts", HOSTILE[3]), ("prompts", "a fish"), ("card", "0" * 32)])
    foreign = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    answers = [httpx.get(f"{site.url}?{query}", headers=headers) for headers in ({}, foreign)]
    heads = [answer.text.split("<script")[0] for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert heads[0] == heads[1]
    assert Head(heads[0]).title.startswith("Morph: </title></head><svg onload=alert(1)> · a fish")
    whole = answers[0].text
    assert [whole.count(text) for text in ("<title>", "og:title", "twitter:title", 'name="description"')] == [1] * 4
    assert httpx.get(f"{site.url}card/{'0' * 32}.jpg").status_code == 404


def test_share_puts_the_picture_in_sight_into_the_card_if_it_is_of_these_settings(site: Served, browser: Browser):
    page = browser.new_context().new_page()
    page.goto(site.url)
    write(page.locator("#interpolation-frames input[type=number]"), "3")
    page.locator("#interpolation-render").click()
    expect(page.locator("#interpolation-status")).to_contain_text("3 frames in")
    page.locator("#interpolation-share").click()
    link = page.locator("#interpolation-link input")
    expect(link).to_have_value(re.compile(re.escape(ADDRESS) + r"\?v=1&tab=interpolation&.*&card=[0-9a-f]{32}$"))
    query = link.input_value().partition("?")[2]
    said = dict(Head(httpx.get(f"{site.url}?{query}").text.split("<script")[0]).said)
    assert said["og:image"].startswith(f"{ADDRESS}card/")
    jpeg = Image.open(io.BytesIO(httpx.get(said["og:image"].replace(ADDRESS, site.url)).content))
    frame = Image.open(next(site.runs.root.glob("*/frames/0000.png"))).convert("RGB")
    assert jpeg.size == (512, 512)
    assert ImageStat.Stat(ImageChops.difference(jpeg.resize(frame.size), frame)).mean < [6, 6, 6]
    write(page.locator("#interpolation-prompts-0 textarea"), "something else")
    page.locator("#interpolation-share").click()
    expect(link).to_have_value(re.compile("something.else"))
    assert "card=" not in link.input_value()
    page.context.close()
