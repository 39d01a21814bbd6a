"""Your runs and your settings: what one browser finds again after a reload, and what no other ever sees."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import gradio as gr
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page, expect

from explorer.experiments import registry
from explorer.outputs import runs as folders
from explorer.outputs.runs import BeingRendered, Run, Runs
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.due import Due
from explorer.ui.history import HistoryView, _remove, entry_of
from explorer.ui.memory import Memory, kept, remembered
from explorer.ui.reopening import experiment_of
from explorer.ui.tab import Tab
from explorer.ui.text import say
from tests.ui.hands import turn_to, write
from tests.ui.serving import Served, served
from tests.ui.test_uses import run_of

EXPERIMENTS = registry()
INTERPOLATION = EXPERIMENTS["interpolation"]
TABS = ("interpolation", "noise-loop")
CARDS = "#history .history-card"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), *TABS) as site:
        yield site


@pytest.fixture
def visitor(site: Served, browser: Browser):
    """A new visitor; a script error or a dialog fails the test."""
    contexts, problems = [], []

    def visitor(width: int = 1280) -> BrowserContext:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        contexts[-1].on("weberror", lambda error: problems.append(f"script error: {error.error}"))
        contexts[-1].on("dialog", lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        return contexts[-1]

    yield visitor
    for context in contexts:
        context.close()
    assert problems == []


def opened(site: Served, context: BrowserContext, query: str = "") -> Page:
    page = context.new_page()
    page.goto(site.url + query)
    ready(page)
    return page


def ready(page: Page) -> None:
    """The forms are filled, and the tab in sight is priced."""
    expect(page.locator("[id$='-status']").filter(has_text="rows").first).to_be_visible()


def render(page: Page, prompt: str, tab: str = "noise-loop", frames: int = 4) -> None:
    turn_to(page, tab, EXPERIMENTS[tab].label())
    put(page, f"{tab}-prompt", prompt)
    put(page, f"{tab}-frames", str(frames))
    page.locator(f"#{tab}-render").click()
    newest = page.locator(CARDS).first  # the status line may still tell the end of the last one
    expect(newest).to_contain_text(prompt[:80], timeout=30_000)
    expect(page.locator(f"#{tab}-status")).to_contain_text(re.compile(rf"\b{frames} frames in"))


def put(page: Page, name: str, value: str) -> None:
    write(page.locator(f"#{name} textarea, #{name} input[type=number], #{name} input[type=text]").first, value)


def unfold(page: Page) -> None:
    page.locator("#history summary").click()


def stored(page: Page, name: str):
    return json.loads(page.evaluate(f"localStorage.getItem('latent-explorer.{name}')") or "null")


def card(page: Page, words: str):
    return page.locator(CARDS).filter(has_text=words)


def test_a_run_that_is_being_rendered_is_asked_for_no_picture(site, visitor):
    page, refused = opened(site, visitor()), []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    with site.held(1) as waits:
        turn_to(page, "noise-loop", EXPERIMENTS["noise-loop"].label())
        put(page, "noise-loop-prompt", "not yet there")
        page.locator("#noise-loop-render").click()
        assert waits.wait(30)
        unfold(page)
        expect(card(page, "not yet there").locator(".history-face")).to_have_text("Being rendered")
        page.keyboard.press("Escape")
    expect(page.locator("#noise-loop-status")).to_contain_text("frames in", timeout=60_000)
    expect(card(page, "not yet there").locator("img")).to_have_count(3)
    assert refused == []


# The list ------------------------------------------------------------------------------------------------------------


def test_runs_are_found_again_after_a_reload_opened_without_rendering_and_deleted(site, visitor):
    page = opened(site, visitor())
    expect(page.locator("#history .history")).to_be_hidden()
    render(page, "a red kite")
    render(page, "a blue kite", frames=6)
    expect(page.locator("#history .history-number")).to_have_text("2")
    page.reload()
    ready(page)
    unfold(page)
    expect(page.locator(CARDS)).to_have_count(2)
    expect(page.locator(CARDS).first).to_contain_text("a blue kite")
    expect(card(page, "a red kite")).to_contain_text("Other noise 4 frames")
    expect(card(page, "a red kite").locator("img")).to_have_count(3)
    page.locator("#tab-interpolation-button").click()  # which puts the drawer away
    unfold(page)
    runs, calls = len(list(site.runs.root.iterdir())), site.engine.networks.calls
    page.get_by_role("button", name="Open again: Other noise: a red kite").click()
    expect(page.locator("#noise-loop-status")).to_contain_text("4 of 4 frames, from your runs")
    expect(page.locator(CARDS).first).to_be_hidden()  # the list lies over what was opened
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value("a red kite")
    expect(page.locator("#noise-loop-frames input[type=number]")).to_have_value("4")
    expect(page.locator("#noise-loop-view .film-count")).to_have_text("1 / 4")
    expect(page.locator("#noise-loop-view .film")).to_have_attribute("data-state", "shown")
    expect(page.locator("#noise-loop-export-zip")).to_be_enabled()
    expect(page.locator(f"{CARDS}[aria-current]")).to_contain_text("a red kite")
    assert (len(list(site.runs.root.iterdir())), site.engine.networks.calls) == (runs, calls)
    expect(page.locator(CARDS)).to_have_count(2)

    folders = {entry["words"]: site.runs.root / entry["run"] for entry in stored(page, "runs")}
    unfold(page)
    page.get_by_role("button", name="Delete: Other noise: a red kite").click()
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete: Other noise: a red kite")).to_be_focused()
    assert folders["a red kite"].exists()
    page.keyboard.press("Enter")
    page.locator("#history").get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(CARDS)).to_have_count(1)
    assert not folders["a red kite"].exists()
    assert [entry["words"] for entry in stored(page, "runs")] == ["a blue kite"]

    page.wait_for_function("[...document.querySelectorAll('.history-card img')].every((img) => img.naturalWidth)")
    site.runs.delete(folders["a blue kite"].name)
    page.locator(CARDS).locator("button.history-face").click()
    expect(page.locator(CARDS)).to_contain_text("No longer on the server")
    page.get_by_role("link", name="Open its settings").click()
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value("a blue kite")
    unfold(page)
    page.get_by_role("button", name="Take it off the list").click()
    expect(page.locator("#history .history")).to_be_hidden()


def test_two_runs_are_compared_by_what_differs_and_nothing_else_on_a_telephone_and_over_models_too(site, visitor):
    page = opened(site, visitor())
    script = "<img src=x onerror=alert(1)>${alert(2)} a " + "very" * 60 + " long word"
    render(page, script)
    badge = page.locator("#noise-loop-view .view-kind")
    expect(badge).to_be_hidden()
    put(page, "noise-loop-prompt", "a pot")
    expect(badge).to_have_text("Of earlier settings")
    put(page, "noise-loop-prompt", script)
    expect(badge).to_be_hidden()
    render(page, "a pot", frames=5)
    expect(badge).to_be_hidden()
    unfold(page)
    card(page, "a pot").get_by_role("checkbox").check()
    expect(page.locator("#history .history-said")).to_have_text("Choose another run to compare this one with.")
    card(page, "onerror").get_by_role("checkbox").check()
    rows = page.locator("#history .history-pair > table tbody tr")
    expect(rows).to_have_count(2)
    told = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows.all()}
    assert told == {"Prompt": ["a pot", script], "Frames": ["5", "4"]}
    pair = page.locator("#history runs-view")
    expect(pair).to_have_attribute("data-state", "shown")
    with page.expect_request(re.compile(r"/view/0004\.jpg$")), page.expect_request(re.compile(r"/view/0003\.jpg$")):
        page.locator("#history .history-range").fill("1000")
    pair.get_by_role("button", name="Difference").click()
    expect(pair).to_have_attribute("data-mode", "difference")
    page.wait_for_function("[...document.querySelectorAll('runs-view canvas')].every(({ width }) => width > 100)")
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    page.set_viewport_size({"width": 390, "height": 900})
    expect(rows).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 900})
    card(page, "a pot").get_by_role("checkbox").uncheck()
    expect(page.locator("#history .history-pair")).to_be_hidden()

    file = site.runs.root / stored(page, "runs")[0]["run"] / "run.json"  # the same name, other weights
    file.write_text(
        json.dumps({**json.loads(file.read_text()), "model": {"name": "fake", "signature": "9c42048f01|x"}})
    )
    card(page, "a pot").get_by_role("checkbox").check()
    expect(rows.filter(has_text="Model").locator("td")).to_have_text(["fake (fake)", "fake (9c42048f)"])
    page.locator(CARDS).first.locator("button.history-face").click()
    said = "The run was made with fake (9c42048f), and fake (fake) runs now"
    expect(page.locator("#noise-loop-status")).to_contain_text(said)


def test_the_list_is_bounded_and_forgets_the_oldest_and_a_broken_one_is_empty(site, visitor):
    page = opened(site, visitor())
    old = {"base": "/x/", "tab": "noise-loop", "words": "old", "created": "", "ready": "", "link": "", "count": 1}
    entries = [{**old, "run": f"{n:022d}", "gone": True} for n in range(60)]
    entries[3] = {"run": "../../etc", "base": "//evil.example/"}  # what is no entry is not one
    page.evaluate("list => localStorage.setItem('latent-explorer.runs', JSON.stringify(list))", entries)
    for prompt in ("one", "two"):
        render(page, prompt)
    expect(page.locator("#history .history-number")).to_have_text("60")
    kept_runs = stored(page, "runs")
    assert [entry["words"] for entry in kept_runs[:3]] == ["two", "one", "old"]
    assert kept_runs[-1]["run"] == f"{58:022d}"
    unfold(page)
    expect(page.locator(CARDS)).to_have_count(8)
    page.get_by_role("button", name="Show all 60").click()
    expect(page.locator(CARDS)).to_have_count(60)
    for nonsense in ("{", '"x"', "[null, 3, {}]", "null"):
        page.evaluate("text => localStorage.setItem('latent-explorer.runs', text)", nonsense)
        page.evaluate("text => localStorage.setItem('latent-explorer.form', text)", nonsense)
        page.reload()
        ready(page)
        expect(page.locator("#history .history")).to_be_hidden()


def test_a_run_that_is_reloaded_in_the_middle_is_on_the_list(site, visitor):
    page = opened(site, visitor())
    page.locator("#tab-noise-loop-button").click()
    put(page, "noise-loop-prompt", "a long way round")
    put(page, "noise-loop-frames", "60")
    with site.held(12):
        page.locator("#noise-loop-render").click()
        expect(page.locator("#history .history-number")).to_have_text("1")
        unfold(page)
        page.locator(CARDS).locator("button.history-face").click()
        expect(page.locator("#history .history-said")).to_have_text(
            "Other noise is being rendered: stop it first, or wait."
        )
        page.reload()
    expect(page.locator("#noise-loop-status")).to_contain_text(re.compile(r"interrupted at \d+ of 60 frames"))
    unfold(page)
    page.locator(CARDS).locator("button.history-face").click()
    expect(page.locator("#noise-loop-status")).to_contain_text(re.compile(r"\d+ of 60 frames, from your runs"))


def test_it_survives_a_restart_of_the_server(tmp_path, visitor):
    context = visitor()
    with served(tmp_path, *TABS) as first:
        page = opened(first, context)
        render(page, "a lasting tower")
        memory, port = stored(page, "runs"), urlsplit(first.url).port
    with served(tmp_path, *TABS) as second:
        page = opened(second, context)
        if urlsplit(second.url).port != port:  # another origin has a list of its own: bring it along
            page.evaluate("list => localStorage.setItem('latent-explorer.runs', JSON.stringify(list))", memory)
            page.reload()
            ready(page)
        unfold(page)
        page.locator(CARDS).locator("button.history-face").click()
        expect(page.locator("#noise-loop-status")).to_contain_text("4 of 4 frames, from your runs")
        expect(page.locator("#noise-loop-view .film")).to_have_attribute("data-state", "shown")
        assert second.engine.networks.calls == 0


# Settings over a reload ----------------------------------------------------------------------------------------------


def test_settings_that_were_never_rendered_survive_a_reload_unless_a_link_wins_and_typing_sends_nothing(site, visitor):
    page = opened(site, visitor())
    sent = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    box = page.locator("#interpolation-prompts-0 textarea")
    box.fill("")
    box.press_sequentially("a heron", delay=30)
    assert not [data for data in sent if "a he" in data]
    box.blur()
    expect_kept(page, "interpolation", "heron")
    assert [data for data in sent if "a heron" in data]

    put(page, "interpolation-prompts-0", "一只 “red” fox & <b>hen</b>")
    put(page, "interpolation-frames", "9")
    page.locator("#tab-noise-loop-button").click()
    put(page, "noise-loop-prompt", "a lamp")
    page.locator("#shared > button").click()
    put(page, "shared-seed", "77")
    expect(page.locator("#noise-loop-status")).to_contain_text("rows")
    expect_kept(page, "noise-loop", "seed=77")
    page.reload()
    expect(page.locator("#noise-loop-prompt textarea")).to_have_value("a lamp")
    expect(page.locator("#noise-loop-render")).to_be_visible()  # the tab that was open is open
    page.locator("#shared > button").click()
    expect(page.locator("#shared-seed input")).to_have_value("77")
    page.locator("#tab-interpolation-button").click()
    expect(page.locator("#interpolation-prompts-0 textarea")).to_have_value("一只 “red” fox & <b>hen</b>")
    expect(page.locator("#interpolation-frames input[type=number]")).to_have_value("9")

    page.goto(site.url + "?v=1&tab=interpolation&frames=5")
    ready(page)
    expect(page.locator("#interpolation-frames input[type=number]")).to_have_value("5")
    assert page.url.endswith("?v=1&tab=interpolation&frames=5")
    put(page, "interpolation-frames", "11")
    expect_kept(page, "interpolation", "frames=11")
    page.wait_for_url("**/?*frames=11*")  # a link goes from the address when it is no longer true
    page.reload()
    expect(page.locator("#interpolation-frames input[type=number]")).to_have_value("11")


def test_the_page_itself_keeps_nothing_while_it_fills_its_forms(site, browser):
    """For a Chinese visitor it once kept the usual settings over the own ones, until it had priced those."""
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(site.url)
    own = {"tabs": [{"tab": "interpolation", "query": "v=1&tab=interpolation&frames=9", "without": []}]}
    page.evaluate("own => localStorage.setItem('latent-explorer.form', JSON.stringify(own))", own)
    page.add_init_script("""const set = Storage.prototype.setItem; window.written = [];
        Storage.prototype.setItem = function (...it) { window.written.push(it); return set.apply(this, it); }""")
    page.reload()
    expect(page.locator("#interpolation-frames input[type=number]")).to_have_value("9")
    expect(page.locator("#interpolation-status .status-text")).to_contain_text("9 帧")
    assert page.evaluate("written.filter(([key]) => key === 'latent-explorer.form')") == []
    put(page, "interpolation-frames", "7")
    expect_kept(page, "interpolation", "frames=7")
    page.context.close()


def expect_kept(page: Page, tab: str, text: str) -> None:
    found = "([tab, text]) => JSON.parse(localStorage.getItem('latent-explorer.form') ?? '{\"tabs\": []}')"
    page.wait_for_function(
        found + ".tabs.some((kept) => kept.tab === tab && kept.query.includes(text))", arg=[tab, text]
    )


@given(
    payload=st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["tabs", "tab", "query", "without", "selected"]), inner)
        ),
    )
)
def test_whatever_a_browser_hands_back_is_taken_or_left(payload):
    found = remembered(payload, EXPERIMENTS)
    assert found.selected in (None, *EXPERIMENTS)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_what_is_kept_is_what_was_set(engine, name):
    defaults = engine.networks.defaults
    preset = next(iter(EXPERIMENTS[name].presets.values()), {})
    told = kept(EXPERIMENTS[name](**preset).resolved(defaults), engine.networks)
    (link,) = remembered({"tabs": [{**told, "query": "tab=none"}, told], "selected": name}, EXPERIMENTS).links
    assert link.experiment(**link.settings).resolved(defaults) == EXPERIMENTS[name](**preset).resolved(defaults)


def test_settings_that_are_not_allowed_are_not_kept(engine, tmp_path):
    with gr.Blocks():
        page = {"desk": Desk(engine), "due": Due(), "memory": Memory(), "history": HistoryView()}
        film = Tab(INTERPOLATION, [], engine, Runs(tmp_path), ActiveJobs(), **page)
    assert film.memory in film.price_of({"frames": 3}, None)
    told = film.price_of({"frames": 1}, None)
    assert film.memory not in told
    assert told[film.status].state == "error"
    sentence = film.price_of({"num_inference_steps": 2.5}, None)[film.status].text
    assert sentence == "Steps = 2.5 is not allowed: a whole number from 1 to 150"
    assert say(sentence, "zh").startswith("“步数”不能是 2.5")


# Who sees what -------------------------------------------------------------------------------------------------------


def guesses(base: str, run: str) -> list[str]:
    """Addresses that somebody may try who knows that of his own run."""
    root = base.removesuffix(run + "/")
    changed = [run[:at] + ("A" if run[at] != "A" else "B") + run[at + 1 :] for at in range(len(run))]
    names = [changed[9], run[::-1], run.swapcase(), run[:-1], run + "A", "*", "?" * 22, "", ".", "..", "%2e%2e", "%00"]
    files = ("frames.json", "run.json", "view/0000.jpg", "frames/0000.png", "")
    tried = [f"{root}{name}/frames.json" for name in changed]
    tried += [f"{root}{name}/{file}" for name in names for file in files]
    up = ["..", "../..", "%2e%2e", "..%2f", "..%2f..", "....//", "..\\", "%252e%252e"]
    tried += [f"{base}{way}/{file}" for way in up for file in ("", "frames.json", ".swept", "passwd")]
    return [*tried, root, root.rstrip("/"), base, base.rstrip("/"), f"{base}view", f"{base}view/"]


def test_two_browsers_at_once_have_runs_and_lists_of_their_own_and_neither_gets_at_the_others_files(site, visitor):
    ann, bob = (opened(site, visitor()) for _ in range(2))
    for page, prompt in ((ann, "ann's secret"), (bob, "bob's secret")):
        page.locator("#tab-noise-loop-button").click()
        put(page, "noise-loop-prompt", prompt)
    for page in (ann, bob):  # at once
        page.locator("#noise-loop-render").click()
    for page in (ann, bob):
        expect(page.locator("#noise-loop-status")).to_contain_text("frames in", timeout=30_000)
        page.reload()
        ready(page)
        unfold(page)
        expect(page.locator(CARDS)).to_have_count(1)
    expect(ann.locator(CARDS)).to_contain_text("ann's secret")
    expect(bob.locator(CARDS)).to_contain_text("bob's secret")
    assert "bob" not in ann.evaluate("JSON.stringify(localStorage)")
    (mine,), (other,) = stored(ann, "runs"), stored(bob, "runs")
    assert mine["run"] != other["run"]
    with httpx.Client(base_url=site.url) as http:
        for file in ("run.json", "frames.json"):
            assert http.get(mine["base"] + file).status_code == 200
        for guess in guesses(mine["base"], mine["run"]):
            answer = http.get(guess)
            assert answer.status_code in (400, 403, 404), guess
            assert other["run"] not in answer.text and "bob's secret" not in answer.text, guess


@pytest.mark.parametrize("name", ["..", "../../etc", "A" * 22, "", None, {"run": 3}, "%2e%2e", "x" * 10_000])
def test_no_name_from_a_browser_deletes_anything_but_a_run(tmp_path, name):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "root").mkdir()
    event = gr.EventData(None, {"run": name})
    assert "removed" in _remove(Runs(tmp_path / "root"))(event)
    assert outside.exists() and (tmp_path / "root").exists()


def test_a_link_to_a_run_elsewhere_is_not_followed(engine, tmp_path):
    run = run_of(engine, tmp_path / "elsewhere", INTERPOLATION(), [0])
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / run.name).symlink_to(run.folder)
    with pytest.raises(ValueError, match="is not a run"):
        Runs(tmp_path / "root").delete(run.name)
    assert run.folder.exists()


def test_a_run_that_is_rendered_is_not_deleted(engine, tmp_path):
    runs = Runs(tmp_path)
    run = run_of(engine, tmp_path, INTERPOLATION(), [0])
    with pytest.raises(BeingRendered, match="still being rendered"):
        runs.delete(run.name)
    assert "still being rendered" in _remove(runs)(gr.EventData(None, {"run": run.name}))["said"]
    run.finish()
    runs.delete(run.name)
    assert list(tmp_path.iterdir()) == []


# Run folders that stay -----------------------------------------------------------------------------------------------


def test_a_record_that_cannot_be_used_any_more_is_a_sentence(engine, tmp_path):
    run = run_of(engine, tmp_path, INTERPOLATION(), [0])
    assert experiment_of(run, EXPERIMENTS) == INTERPOLATION().resolved(engine.networks.defaults)
    record = run.record
    for changes, said in (
        ({"experiment": "levitation"}, "This run belongs to a tab that is not here: levitation"),
        ({"experiment": ["x"]}, "This run belongs to a tab that is not here"),
        ({"settings": {**record["settings"], "frames": 1}}, "no longer allowed: frames = 1 is not allowed"),
        ({"settings": {**record["settings"], "wings": 2}}, "no longer allowed: wings = 2"),
    ):
        (run.folder / "run.json").write_text(json.dumps({**record, **changes}))
        with pytest.raises(ValueError, match=re.escape(said)):
            experiment_of(run, EXPERIMENTS)


def test_an_entry_is_small_and_says_which_frames_are_there(engine, tmp_path):
    experiment = INTERPOLATION(prompts=("a", "b" * 500), frames=300)
    run = run_of(engine, tmp_path, experiment, [0, 3])
    entry = entry_of(Run.open(run.folder), experiment, "tab=interpolation")
    assert (entry["ready"], entry["count"], len(entry["words"])) == ("9", run.count, 200)
    assert len(json.dumps({**entry, "words": ""})) < 700


def test_the_folder_is_swept_once_by_whoever_comes_first(engine, tmp_path):
    run = run_of(engine, tmp_path, INTERPOLATION(), [0])
    run.finish()
    for path in (run.folder, *run.folder.rglob("*")):
        os.utime(path, (0, 0))
    one, two = Runs(tmp_path), Runs(tmp_path)
    sweeping = one.tidy()
    assert two.tidy() is None
    sweeping.join()
    assert not run.folder.exists()
    os.utime(tmp_path / folders._SWEPT, (0, 0))
    two.tidy().join()


def test_two_servers_that_sweep_at_once_do_not_trip_over_each_other(engine, tmp_path, monkeypatch):
    for _ in range(3):
        run = run_of(engine, tmp_path, INTERPOLATION(), [0])
        run.finish()
        for path in (run.folder, *run.folder.rglob("*")):
            os.utime(path, (0, 0))
    leftover = tmp_path / f".{run.name}.gone"
    leftover.mkdir()
    counted = folders._bytes

    def meanwhile(folder: Path) -> int:
        """The other server deletes it between two looks of this one."""
        monkeypatch.setattr(folders, "_bytes", counted)
        assert len(Runs(tmp_path).sweep()) == 3
        return counted(folder)

    monkeypatch.setattr(folders, "_bytes", meanwhile)
    assert Runs(tmp_path).sweep() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_being_rendered_elsewhere_is_left_alone(engine, tmp_path):
    run = run_of(engine, tmp_path, INTERPOLATION(), [0])  # marked by its own server
    half_an_hour_ago = time.time() - folders._STALE / 2
    for path in (run.folder, *run.folder.rglob("*")):
        os.utime(path, (half_an_hour_ago, half_an_hour_ago))
    assert Runs(tmp_path, max_bytes=0, max_age=0).sweep() == []
    with pytest.raises(BeingRendered):
        Runs(tmp_path).delete(run.name)
