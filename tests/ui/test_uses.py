"""Use this frame: what a picture can become, and that nothing is lost when it cannot."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from explorer.experiments import registry
from explorer.experiments.inputs import InputError, Picture, Prompt
from explorer.experiments.pictures import ancestry, canonical, opened, with_ancestry
from explorer.experiments.prompt_grid import PromptGrid
from explorer.outputs.records import make_record
from explorer.outputs.runs import Run, Runs
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.due import Due
from explorer.ui.exporting import NO_RUN
from explorer.ui.history import HistoryView
from explorer.ui.memory import Memory
from explorer.ui.rendering import Folder
from explorer.ui.tab import Tab
from explorer.ui.uses import GONE, Chosen, _keyframe, _started, seen
from tests.ui.hands import settled, unfold
from tests.ui.serving import Served, served

EXPERIMENTS = registry()
INTERPOLATION = EXPERIMENTS["interpolation"]


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("runs"), "interpolation", "guidance-sweep", "image-variations") as site:
        yield site


@pytest.fixture
def page(site: Served, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("#interpolation-render")).to_be_enabled()
    yield page
    context.close()


def png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(file, "PNG")
    return file.getvalue()


def run_of(engine, folder: Path, experiment, ready: list[int]) -> Run:
    whole = experiment.resolved(engine.networks.defaults)
    plan = whole.plan(engine)
    record = make_record(whole.name(), whole.settings(), {"name": "fake", "signature": "fake"}, plan)
    run = Runs(folder).create(record, len(plan.places))
    for index in ready:
        run.add(index, png("red" if index else "blue"))
    return run


def test_a_frame_knows_what_made_it(engine, tmp_path):
    run = run_of(engine, tmp_path, INTERPOLATION(prompts=("a", "b"), frames=5, seeds=(3, 4)), [0, 4])
    chosen = Chosen.of(run, 3, INTERPOLATION)  # frame 3 is not there: the nearest is
    assert (chosen.caption, chosen.settings["prompt"], chosen.settings["seed"]) == ("b", "b", 4)
    assert opened(chosen.picture).getpixel((0, 0)) == (255, 0, 0)
    assert ancestry(chosen.picture) == ["Interpolation: b, “b”"]


def test_ancestry_grows_from_picture_to_picture(engine, tmp_path):
    variations = next(cls for cls in EXPERIMENTS.values() if "strengths" in cls.inputs())
    name = next(name for name, declared in variations.inputs().items() if isinstance(declared, Picture))
    start = with_ancestry(canonical(Image.new("RGB", (64, 64))), ["a planet"])
    chosen = Chosen.of(run_of(engine, tmp_path, variations(**{name: start}), [1]), 1, variations)
    first, second = ancestry(chosen.picture)
    assert first == "a planet"
    assert second.startswith("Image variations: ")


def test_a_child_that_is_not_drawn_yet_is_no_other_one(engine, tmp_path):
    search = EXPERIMENTS["latent-search"]
    run = run_of(engine, tmp_path, search(children=3), [1])
    tab = SimpleNamespace(experiment=search)
    assert seen(str(run.folder), {"index": 1}, tab, itself=True).settings["chosen"] == "1@0.6/0.5"
    assert seen(str(run.folder), {"index": 2}, tab).settings["chosen"] == "1@0.6/0.5"
    with pytest.raises(ValueError, match=re.escape(NO_RUN)):
        seen(str(run.folder), {"index": 2}, tab, itself=True)


def test_a_run_without_pictures_has_nothing_to_carry(engine, tmp_path):
    with pytest.raises(ValueError, match=re.escape(GONE)):
        Chosen.of(run_of(engine, tmp_path, INTERPOLATION(), []), 0, INTERPOLATION)


@pytest.mark.parametrize(
    ("now", "seed", "expected"),
    [
        ({"seeds": "", "seed": 7}, 7, {"seeds": [], "seed": 7}),
        ({"seeds": "", "seed": 7}, 9, {"seeds": [7, 7, 9], "seed": 7}),
        ({"seeds": "1, 2", "seed": 7}, 2, {"seeds": [1, 2, 2], "seed": 7}),
        ({"seeds": "5, 5", "seed": 7}, 5, {"seeds": [], "seed": 5}),
    ],
)
def test_a_keyframe_brings_its_seed_and_leaves_the_others(now, seed, expected):
    chosen = Chosen(b"", "", INTERPOLATION, {"prompt": "c", "seed": seed})
    change = _keyframe("prompts", "seeds", INTERPOLATION.inputs())
    assert change(chosen, {"prompts": ["a", "b"], **now}) == {"prompts": ["a", "b", "c"], **expected}


@pytest.mark.parametrize("how", ["lerp", "slerp"])
@pytest.mark.parametrize(
    ("source", "index", "place"),
    [(INTERPOLATION(prompts=("a", "b"), frames=4, easing="sine"), 1, (1 / 3,)), (PromptGrid(cells=4), 6, (0.3, 0.7))],
)
def test_a_frame_between_prompts_is_a_stop_that_is_this_very_point(engine, how, source, index, place):
    """Its frames, and what lies between them."""
    source = dataclasses.replace(source, interpolation=how).resolved(engine.networks.defaults)
    plan = source.plan(engine)
    for settings, point in (
        (plan.places[index].settings, plan.point(index)),
        (plan.settings_at(*place), plan.at(*place)),
    ):
        change = _keyframe("prompts", "seeds", INTERPOLATION.inputs())
        chosen = Chosen(b"", "", type(source), {"seed": source.seed, **settings})
        film = INTERPOLATION(**change(chosen, {"prompts": ["a"], "seeds": "", "seed": source.seed}))
        film = film.resolved(engine.networks.defaults).plan(engine)
        assert film.point(len(film.places) - 1).digest(4, False) == point.digest(4, False)


def test_a_frame_where_no_words_are_is_no_keyframe_but_a_start_picture(engine, tmp_path):
    walk = EXPERIMENTS["prompt-walk"](frames=3)
    begun, away = (Chosen.of(run_of(engine, tmp_path / str(i), walk, [i]), i, type(walk)) for i in (0, 2))
    change, now = _keyframe("prompts", "seeds", INTERPOLATION.inputs()), {"prompts": ["a"], "seeds": "", "seed": 0}
    assert change(begun, now)["prompts"] == ["a", walk.prompt]
    with pytest.raises(InputError, match="a frame that has a prompt"):
        change(away, now)
    start = _started("picture", Picture(""), "prompt", Prompt(""))
    assert [list(start(chosen, {"picture": None})) for chosen in (begun, away)] == [["picture", "prompt"], ["picture"]]
    huge = Chosen(away.png, "", INTERPOLATION, {"prompt": f'("{"a" * 12_000}", "{"b" * 12_000}").slerp(0.5)'})
    assert list(start(huge, {"picture": None})) == ["picture"]


def test_what_was_taken_is_told_and_can_be_taken_back_and_without_a_picture_it_says_so(page: Page):
    expect(page.locator("#interpolation-status")).to_contain_text("rows")  # the page has told its prices
    use(page, "interpolation", "Its seed")
    expect(page.get_by_text("What you see is not rendered yet")).to_be_visible()
    render(page, "interpolation")
    page.wait_for_function("document.querySelector('#interpolation-view [data-film]').reel.complete")  # it plays now
    page.locator("#interpolation-view input[type=range]").press("Home")
    page.locator("#interpolation-view input[type=range]").press("ArrowRight")
    expect(page.locator("#interpolation-view .film-count")).to_contain_text("2 / ")
    page.locator("#shared > button").click()
    use(page, "interpolation", "→ Remix")
    prompt = page.locator("#image-variations-prompt textarea")
    expect(prompt).to_have_value(re.compile(r'^\("a fox in a forest", "a fox in the snow"\)\.slerp\(0'))
    notice = page.locator("#notice")
    expect(notice).to_contain_text("→ Remix, from the picture “a fox in a forest →")
    notice.get_by_role("button", name="Undo").click()
    expect(notice).to_contain_text("As it was before.")
    expect(page.locator("#tab-interpolation-button")).to_have_attribute("aria-selected", "true")
    page.locator("#tab-image-variations-button").click()
    expect(prompt).to_have_value("a watercolor painting of a boat at the beach")


TOLD_LATE = """() => {
  const memory = document.querySelector('form-memory'), here = location.search.slice(1);
  addEventListener('popstate', () => {
    memory.value = { tab: 'image-variations', query: location.search.slice(1) };
    memory.value = { tab: 'guidance-sweep', query: here };
  }, { once: true }); }"""
"""Prices that were on their way when the visitor went back."""


def test_a_frame_becomes_a_start_picture_in_another_tab_and_is_still_there_after_a_step_back(page: Page):
    render(page, "interpolation")
    use(page, "interpolation", "→ Remix")
    page.wait_for_url("**/*tab=image-variations*")
    settled(page)
    picture = page.locator("#image-variations-picture-canvas canvas")
    drawn = "(node) => [...node.getContext('2d').getImageData(node.width / 2, node.height / 2, 1, 1).data]"
    before = picture.first.evaluate(drawn)
    page.locator("#tab-guidance-sweep-button").click()
    page.wait_for_url("**/*tab=guidance-sweep*")
    settled(page)
    page.evaluate(TOLD_LATE)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.go_back()
    expect(page.locator("#tab-image-variations-button")).to_have_attribute("aria-selected", "true")
    settled(page)
    assert picture.first.evaluate(drawn) == before
    expect(page.locator("#image-variations-status")).to_contain_text("rows")
    page.locator("#image-variations-render").click()
    expect(page.locator("#image-variations-status")).to_contain_text("frames in", timeout=30_000)
    expect(page.locator("#image-variations-view")).to_contain_text("Interpolation: a fox in a forest")


def render(page: Page, tab: str) -> None:
    page.locator(f"#tab-{tab}-button").click()
    page.locator(f"#{tab}-preset-0").click()
    expect(page.locator(f"#{tab}-status")).to_contain_text("frames in", timeout=30_000)


def use(page: Page, tab: str, label: str) -> None:
    unfold(page, f"{tab}-use")
    page.locator(f"#tab-{tab}").get_by_role("button", name=label, exact=True).click()


def test_a_picture_of_a_sweep_becomes_a_keyframe_and_its_guidance_everybodys(page: Page):
    render(page, "guidance-sweep")
    page.locator("#guidance-sweep-view .compare-cell").nth(2).click()
    use(page, "guidance-sweep", "Its guidance")
    expect(page.locator("#guidance-sweep-status")).to_contain_text("frames")
    page.locator("#shared > button").click()
    expect(page.locator("#shared-guidance_scale input[type=number]")).to_have_value("1")
    use(page, "guidance-sweep", "→ Morph, as its last stop")
    expect(page.locator("#interpolation-prompts-2 textarea")).to_have_value("a boat at the beach")


def test_settings_of_another_models_frame_are_said_to_be_that_models(page: Page, site: Served):
    """A picture is a picture; a seed or a prompt means another one to another model."""
    render(page, "guidance-sweep")
    newest = max((f for f in site.runs.root.iterdir() if (f / "run.json").exists()), key=lambda f: f.stat().st_mtime)
    record = json.loads((newest / "run.json").read_text())
    (newest / "run.json").write_text(json.dumps({**record, "model": {"name": "sd15", "signature": "0123|x"}}))
    for label, told, noted in (("Its seed", "guidance-sweep", 1), ("→ Remix", "image-variations", 0)):
        use(page, "guidance-sweep", label)
        status = page.locator(f"#{told}-status")
        expect(status).to_contain_text("rows")
        expect(status.get_by_text("The run was made with sd15, and fake runs now")).to_have_count(noted)


def test_the_status_line_of_a_tab_that_is_rendering_stays_its_own(engine, tmp_path):
    with gr.Blocks():
        page = {"desk": Desk(engine), "due": Due(), "memory": Memory(), "history": HistoryView()}
        film = Tab(INTERPOLATION, [], engine, Runs(tmp_path), ActiveJobs(), **page)
    settings = {"prompts": ["a cat", "a dog"], "frames": 3}
    assert film.price_of(settings, "somebody")[film.status].text == "3 frames"
    film.active.jobs["somebody", film.name, Folder] = object()
    assert film.status not in film.price_of(settings, "somebody")
    assert film.price_of(settings, "somebody else")[film.status].text == "3 frames"
