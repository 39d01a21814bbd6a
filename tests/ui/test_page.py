"""The page as scripts and several visitors meet it, through gradio_client."""

import json
import threading
import time
from pathlib import Path

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import ValidationError

from explorer.experiments.interpolation import Interpolation
from explorer.ui import tab
from explorer.ui.news import Status
from tests.clients import connected
from tests.ui.serving import Served, served

SHARED = {
    "seed": 0,
    "guidance_scale": 5.0,
    "negative_prompt": "",
    "num_inference_steps": 4,
    "scheduler": "DPM++ 2M",
    "width": 64,
    "height": 64,
    "concepts": [],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("runs"), "interpolation") as site:
        yield site


@pytest.fixture(scope="module")
def slow_site(tmp_path_factory):
    with served(tmp_path_factory.mktemp("runs"), "interpolation", pause=0.03) as site:
        yield site


def client(site: Served) -> Client:
    return connected(site.url)


def inputs(prompts=("a cat", "a dog"), frames=5, **changes) -> list:
    shared = {**SHARED, **{name: value for name, value in changes.items() if name in SHARED}}
    own = {"loop": "back-and-forth", "interpolation": "slerp", "seeds": "", "easing": "linear"}
    own |= {name: value for name, value in changes.items() if name in own}
    prompts = [*prompts, *[""] * (8 - len(prompts))]
    return [*shared.values(), *prompts, frames, *own.values()]


def render(site: Served, **changes) -> tuple[dict, dict]:
    film, status, *_ = client(site).predict(*inputs(**changes), api_name="/interpolation")
    return film, status


def folder_of(film: dict) -> Path:
    return Path(film["manifest"]["path"]).parent


def wait_until(condition) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within 10 s")


def test_a_film_is_rendered_into_a_run_folder_with_its_record(site):
    film, status = render(site, seed=1)
    record = json.loads((folder_of(film) / "run.json").read_text())
    assert status["state"] == "done"
    assert film["count"] == 5
    assert len(list((folder_of(film) / "frames").iterdir())) == 5
    assert Interpolation(**record["settings"]) == Interpolation(
        prompts=("a cat", "a dog"), frames=5, **{**SHARED, "seed": 1}
    )
    assert record["rows"]["run"] == 5 * 2 * 4
    assert record["model"]["name"] == "fake"


def test_the_page_says_what_it_cost_and_what_a_plain_loop_would_have(site):
    _, status = render(site, seed=2)
    assert "40 rows run" in status["detail"]
    assert "a plain loop would have run 40" in status["detail"]
    _, status = render(site, seed=2)
    assert "0 rows run" in status["detail"]
    assert "5 frames were already rendered" in status["detail"]


def test_what_is_yielded_does_not_grow_with_the_film(site):
    job = client(site).submit(*inputs(frames=200, seed=3), api_name="/interpolation")
    sizes = [len(json.dumps(output)) for output in job]
    assert max(sizes) < 2000


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"frames": 0}, "Frames per segment = 0 is not allowed: a whole number from 2 to 300"),
        ({"frames": 10_000}, "Frames per segment = 10000 is not allowed: a whole number from 2 to 300"),
        ({"guidance_scale": 31}, "Guidance = 31 is not allowed: a number from 0 to 30"),
        ({"scheduler": "Magic"}, "Sampler = 'Magic' is not allowed: one of DPM++ 2M"),
        ({"width": 100}, "Width = 100 is not allowed: a whole number from 32 to 1536, a multiple of 32"),
        ({"prompts": ("a cat",)}, "Prompt 2 is empty"),
        ({"prompts": ("a cat", " ")}, "Prompt 2 is empty"),
        ({"seeds": "1, 2, 3"}, "Seeds along the way = (1, 2, 3) is not allowed: one for each of the 2 prompts"),
        ({"seeds": "1, 2,, x"}, "“x” is no number, and no range of at most 8"),
        ({"loop": "spiral"}, "Loop = 'spiral' is not allowed: one of open, back-and-forth, closed"),
        ({"seed": -1}, "Seed = -1 is not allowed"),
        ({"seed": None}, "Seed = None is not allowed"),
    ],
)
def test_bad_input_is_refused_by_field_value_and_bounds_before_anything_runs(site, changes, named):
    calls, runs = site.engine.networks.calls, len(list(site.runs.root.iterdir()))
    with pytest.raises(ValidationError) as caught:
        render(site, **changes)
    assert named in str(caught.value).replace('\\"', '"').replace("\\'", "'")
    assert site.engine.networks.calls == calls
    assert len(list(site.runs.root.iterdir())) == runs


@pytest.mark.parametrize(
    "prompt",
    [
        "word " * 2000,
        '<img src=x onerror="document.title=1">${alert(1)}{{value}}',
        "🐈 on a 🛶",
        "一只猫在海滩上",
        "%s %d {0} \\ \" '",
        "مرحبا\u202e",
    ],
)
def test_prompts_of_every_kind_are_rendered_and_kept_as_they_are(site, prompt):
    film, status = render(site, prompts=(prompt, "a dog"), frames=2)
    record = json.loads((folder_of(film) / "run.json").read_text())
    assert status["state"] == "done"
    assert record["settings"]["prompts"] == [prompt, "a dog"]
    assert record["frames"][0]["caption"].startswith(prompt[:20])


def test_two_visitors_at_once_get_a_film_of_their_own_each(slow_site):
    jobs = [
        client(slow_site).submit(*inputs(prompts=(a, b), frames=9, seed=seed), api_name="/interpolation")
        for a, b, seed in (("red", "blue", 1), ("green", "pink", 2))
    ]
    films = [job.result() for job in jobs]
    folders = [folder_of(film) for film, *_ in films]
    assert folders[0] != folders[1]
    records = [json.loads((folder / "run.json").read_text()) for folder in folders]
    assert [record["settings"]["prompts"] for record in records] == [["red", "blue"], ["green", "pink"]]
    assert all(record["rows"]["run"] == 9 * 8 for record in records)
    assert all(len(list((folder / "frames").iterdir())) == 9 for folder in folders)


def test_they_share_the_device_by_turns(slow_site):
    """The short film of the second visitor is done before the long one of the first, which began earlier."""
    other = client(slow_site)
    long = client(slow_site).submit(*inputs(frames=100, seed=11), api_name="/interpolation")
    wait_until(long.outputs)
    other.predict(*inputs(frames=3, seed=12), api_name="/interpolation")
    assert not long.done()
    assert long.result()[1]["state"] == "done"


def test_a_visitor_who_leaves_frees_the_engine(slow_site):
    before = slow_site.engine.networks.calls
    visitor = client(slow_site)
    job = visitor.submit(*inputs(frames=200, seed=21), api_name="/interpolation")
    wait_until(job.outputs)
    job.cancel()
    visitor.close()

    def quiet() -> bool:
        calls = slow_site.engine.networks.calls
        threading.Event().wait(0.3)
        return slow_site.engine.networks.calls == calls

    wait_until(quiet)
    assert slow_site.engine.networks.calls - before < 200 * 7 / 8 / 2
    _, status = render(slow_site, seed=22, frames=2)
    assert status["state"] == "done"


def test_files_outside_the_runs_are_not_served(site):
    import httpx

    film, _ = render(site, seed=5)
    inside = httpx.get(f"{site.url}gradio_api/file={folder_of(film)}/frames/0000.png")
    assert inside.status_code == 200
    for path in ("/etc/passwd", f"{folder_of(film)}/../../../../etc/passwd", str(Path(__file__).resolve())):
        assert httpx.get(f"{site.url}gradio_api/file={path}").status_code in (403, 404)
    assert httpx.get(f"{site.url}gradio_api/file={site.runs.root}").status_code in (403, 404)
    assert len(folder_of(film).name) >= 20


def test_a_price_that_a_render_has_overtaken_is_not_told(site, monkeypatch):
    """It was reckoned while the render began and ended, and would have stood over what the render came to."""
    handlers = [getattr(fn.fn, "__self__", None) for fn in site.page.fns.values()]
    shown = next(owner for owner in handlers if isinstance(owner, tab.Tab) and owner.name == "interpolation")
    request, values = gr.Request(session_hash="somebody"), [component.value for component in shown.components]
    assert shown.price(request, *values)[shown.status].state == "ready"

    def overtaken(asked, engine):
        shown.active.outcomes["somebody", "interpolation"] = asked.experiment, Status("done", "")
        return Status("ready", "")

    monkeypatch.setattr(tab, "prices", overtaken)
    assert shown.status not in shown.price(request, *values)


def test_what_a_failed_render_said_is_said_again_for_the_same_settings(site, monkeypatch):
    """A price that is asked while it begins and fails comes after it."""
    handlers = [getattr(fn.fn, "__self__", None) for fn in site.page.fns.values()]
    shown = next(owner for owner in handlers if isinstance(owner, tab.Tab) and owner.name == "interpolation")
    request = gr.Request(session_hash="somebody else")
    values = [4711, *(component.value for component in shown.components[1:])]  # the seed comes first

    def failing(*_):
        raise RuntimeError("out of memory: tried to allocate 20 GiB")

    monkeypatch.setattr(site.engine.networks, "predict", failing)
    *_, last = shown.render(request, *values)
    assert "20 GiB" in last[shown.status].text
    again = shown.price(request, *values)[shown.status]
    assert again == last[shown.status]
