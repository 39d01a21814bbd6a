"""Asked once: how often a click and an opened page build, plan, decode and read; and who gets whose plan."""

from __future__ import annotations

import re

import gradio as gr
import pytest
from gradio_client import handle_file
from playwright.sync_api import Browser, expect

from bench.counts import counting, settled, table
from explorer.experiments.inputs import InputError
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.pictures import example_name
from explorer.ui import asked
from explorer.ui.asked import Desk
from explorer.ui.canvas import NOTHING
from tests.clients import connected
from tests.experiments.test_pictures import file_of, noisy
from tests.ui.hands import write
from tests.ui.serving import served
from tests.ui.test_page import SHARED


def test_a_click_builds_two_experiments_makes_one_plan_and_decodes_the_picture_once(tmp_path):
    """A script's click, which nothing was priced before: on the page the plan is there already."""
    (tmp_path / "mine.png").write_bytes(file_of(noisy(90, 70)))
    assert example_name("") is None  # the server has looked at its examples
    with served(tmp_path / "runs", "image-variations") as site, counting() as counts:
        client = connected(site.url)
        given = [*SHARED.values(), handle_file(tmp_path / "mine.png"), NOTHING, "a cat", "0.5", 2, "crop", ""]
        counts.clear()
        _, status, *_ = client.predict(*given, api_name="/image-variations")
        assert status["state"] == "done"
        assert (counts["experiments built"], counts["plans"], counts["surveys of a plan"]) == (2, 1, 1)
        assert counts["pictures decoded"] <= 1
        assert counts["reads of run.json"] <= 2


def test_an_opened_page_prices_the_tab_in_sight_and_the_others_when_they_are_selected(tmp_path, browser: Browser):
    with served(tmp_path, "interpolation", "noise-loop", "guidance-sweep") as site, counting() as counts:
        page = browser.new_page()

        def plans_until(tab: str, said: str) -> int:
            """How many plans were made until the tab says that, and no more came."""
            expect(page.locator(f"#{tab}-status")).to_contain_text(said)
            return settled(page, counts).get("plans", 0)

        page.goto(site.url)
        assert plans_until("interpolation", "rows") == 1
        page.locator("#tab-noise-loop-button").click()
        assert plans_until("noise-loop", "rows") == 1
        page.locator("#noise-loop-render").click()
        assert plans_until("noise-loop", "frames in") == 0  # it is the one that was priced
        page.locator("#shared > button").click()
        write(page.locator("#shared-num_inference_steps input[type=number]"), "3")
        assert plans_until("noise-loop", "144 rows") == 1  # for the tab in sight alone
        box = page.locator("#shared-guidance_scale input[type=range]").bounding_box()
        page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
        page.mouse.down()
        for step in range(12):
            page.mouse.move(box["x"] + 5 + 4 * step, box["y"] + box["height"] / 2)
            page.wait_for_timeout(30)
        assert settled(page, counts).get("plans", 0) == 0  # a hand that drags reads no price
        page.mouse.up()
        assert settled(page, counts)["plans"] == 1
        page.goto(site.url + "?tab=guidance-sweep&scales=1,2")
        assert plans_until("guidance-sweep", "2 frames") == 1  # not the first tab's
        page.close()


def film(engine, **given) -> Interpolation:
    return Interpolation(prompts=("a", "b"), frames=3, **given).resolved(engine.networks.defaults)


def test_an_equal_experiment_of_the_same_visitor_is_not_planned_again(engine):
    desk = Desk(engine)
    first = desk.asked("ann", film(engine))
    assert desk.asked("ann", film(engine)) is first
    assert desk.asked("ann", film(engine, seed=1)) is not first
    assert desk.asked("ann", film(engine)) is not first  # one each is kept


def test_no_visitor_gets_what_was_planned_for_another(engine):
    desk = Desk(engine)
    plans = [desk.asked(visitor, film(engine)).plan for visitor in ("ann", "bob", None, None)]
    assert len({id(plan) for plan in plans}) == 4


def test_who_leaves_is_forgotten_and_no_more_than_so_many_are_remembered(engine):
    desk = Desk(engine)
    first = desk.asked("ann", film(engine))
    desk.left(gr.Request(session_hash="ann"))
    assert desk.asked("ann", film(engine)) is not first
    for i in range(asked.MOST + 5):
        desk.asked(f"visitor {i}", film(engine))
    assert len(desk._visitors) == asked.MOST


def test_what_does_not_go_together_is_an_error_each_time(engine):
    desk = Desk(engine)
    for _ in range(2):
        with pytest.raises(InputError, match="seeds"):
            desk.asked("ann", film(engine, seeds=(1, 2, 3)))


def test_the_bench_says_both_counts():
    now, before = ({"opening": {"plans": n}, "click": {"plans": n + 1}, "config": n} for n in (1, 9))
    lines = table(now, before, "abc").splitlines()
    assert "| plans | 1 | 9 | 2 | 10 |" in lines
    assert re.search("1 bytes now, 9 of abc", lines[-1])
