"""POST /live, asked as a page asks: what it draws, what it refuses, whose it is, and that it ends with its reader."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.parser import BytesParser
from types import SimpleNamespace

import anyio
import anyio.lowlevel
import gradio as gr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.outputs.runs import Runs
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.controls import control
from explorer.ui.due import Due
from explorer.ui.exporting import exported
from explorer.ui.history import HistoryView
from explorer.ui.limits import Door, Limits
from explorer.ui.live import HERE, NONE, SLOW, SPACE, Live, Stream
from explorer.ui.live_route import MOST_BYTES, live_routes
from explorer.ui.memory import Memory
from explorer.ui.news import settings_key
from explorer.ui.questions import BETWEEN, Question, Refused
from explorer.ui.tab import Tab
from explorer.ui.views import FilmView
from tests.ui.renders import run_of

EXPERIMENTS = registry()


@dataclass
class Site:
    """The route over the tabs of a page that nobody has opened, and what is behind it."""

    live: Live
    client: TestClient
    key: str

    def ask(self, tab: str, changes=None, headers=None, **question):
        """Asks with the tab's usual values, those of `changes` instead where it has any."""
        body = {"key": self.key, "tab": tab, "values": self.values(tab, **changes or {}), **question}
        return self.client.post("/live", content=json.dumps(body), headers=headers or {})

    def values(self, tab: str, **changes):
        form = self.live.tabs[tab]
        whole = {**form.experiment.usual(self.live.engine.defaults), **changes}
        values = [value for c in form.controls for value in c.write(whole[c.name])]
        shown = [
            None if isinstance(c, gr.State) else c.postprocess(_plain(v))
            for c, v in zip(form.components, values, strict=True)
        ]
        return [one.model_dump() if hasattr(one, "model_dump") else one for one in shown]

    def plan(self, tab: str):
        return self.live.tabs[tab].resolved({}).plan(self.live.engine)

    def drawn(self, *asked, **more):
        """The head of an answer, and its pictures as (what, size)."""
        answer = self.ask(*asked, **more)
        assert answer.status_code == 200, answer.text
        return parts(answer)


def _plain(value):
    return value["value"] if isinstance(value, dict) and "value" in value else value


def parts(answer):
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    first, *others = BytesParser().parsebytes(head + answer.content).get_payload()
    pictures = []
    for part in others:
        assert part.get_content_type() == "image/jpeg"
        with Image.open(io.BytesIO(part.get_payload(decode=True)), formats=["JPEG"]) as picture:
            pictures.append((json.loads(part["X-Picture"]), picture.size))
    return json.loads(first.get_payload()), pictures


def site(folder, *names: str, limits: Limits | None = None, pause: float = 0.0) -> Site:
    engine = Engine(FakeNetworks(pause), FrameStore(folder / "frames"))
    active, desk, door, usual = ActiveJobs(), Desk(engine), Door(limits), Experiment.usual(engine.defaults)
    with gr.Blocks():
        told = {"desk": desk, "due": Due(), "memory": Memory(), "history": HistoryView()}
        shared = [control(name, declared, usual[name], elem_id=name) for name, declared in Experiment.inputs().items()]
        tabs = {n: Tab(EXPERIMENTS[n], shared, engine, Runs(folder / "runs"), active, **told) for n in names}
    live = Live(engine, tabs, active, desk, door)
    client = TestClient(Starlette(routes=live_routes(live, lambda _request: "en")), base_url="http://here")
    return Site(live, client, live.enter("ann"))


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Site:
    return site(tmp_path_factory.mktemp("live"), *EXPERIMENTS)


# ---- what is drawn --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_tab_answers_with_a_draft_of_what_is_looked_at_and_keeps_nothing(everything, name):
    head, pictures = everything.drawn(name)
    assert len(pictures) == 1
    what, size = pictures[0]
    assert (what["kind"], what["index"]) == ("draft", head["sight"][0])
    assert head["frames"][what["index"]]["coordinates"] == what["coordinates"]
    assert size == (64, 64)
    assert everything.live.engine.price(everything.plan(name)).stored == 0


def test_the_head_says_whose_pictures_follow_and_describes_places_only_once(everything):
    head, _ = everything.drawn("interpolation", {"prompts": ("a cat", "a dog"), "frames": 5})
    tab = everything.live.tabs["interpolation"]
    whole = tab.resolved({"prompts": ("a cat", "a dog"), "frames": 5})
    assert head["of"] == settings_key("interpolation", whole.settings())
    assert [frame["caption"] for frame in head["frames"]][::4] == ["a cat", "a dog"]
    again, _ = everything.drawn(
        "interpolation", {"prompts": ("a cat", "a dog"), "frames": 5, "guidance_scale": 3.0}, places=head["places"]
    )
    assert again["frames"] is None
    assert again["of"] != head["of"]


def test_a_sheet_follows_whole_beginning_with_what_is_looked_at_and_without_what_is_there(everything):
    scales = {"scales": (1, 2, 3, 4, 5), "seeds": (7,)}
    head, pictures = everything.drawn("guidance-sweep", scales, whole=True, sight=[[4, 7], [2, 7]])
    indices = [what["index"] for what, _ in pictures]
    assert indices[:2] == [3, 1]
    assert sorted(indices) == [0, 1, 2, 3, 4]
    _, rest = everything.drawn("guidance-sweep", scales, whole=True, sight=[[4, 7]], of=head["of"], have=[0, 1, 3])
    assert sorted(what["index"] for what, _ in rest) == [2, 4]
    _, others = everything.drawn(
        "guidance-sweep", {**scales, "prompt": "a cat"}, sight=[[4, 7]], of=head["of"], have=[3]
    )
    assert [what["index"] for what, _ in others] == [3]


def test_a_point_between_the_cells_has_coordinates_and_no_number(everything):
    head, pictures = everything.drawn("prompt-grid", point=[0.3, 0.7])
    assert [(what["index"], what["coordinates"]) for what, _ in pictures] == [(None, [0.3, 0.7])]
    known = {"point": [0.3, 0.7], "have": [BETWEEN]}
    assert everything.drawn("prompt-grid", **known, of=head["of"])[1] == []
    assert len(everything.drawn("prompt-grid", **known, of="others")[1]) == 1, "it is of other settings"
    head, pictures = everything.drawn("prompt-grid", point=[0.25, 1])
    assert [what["index"] for what, _ in pictures] == head["sight"] == [74]


def test_what_is_typed_is_what_is_looked_at(everything):
    prompts = {"prompts": ("a cat", "a dog"), "frames": 5}
    head, pictures = everything.drawn("interpolation", prompts, sight=[[0.25]], typed="a dog")
    assert (head["sight"], head["moved"], pictures[0][0]["index"]) == ([4], True, 4)
    head, _ = everything.drawn("interpolation", prompts, sight=[[0.25]], typed="a fish")
    assert (head["sight"], head["moved"]) == ([1], False)


@given(where=st.floats(-5, 5), frames=st.integers(2, 9))
@settings(max_examples=20, deadline=None)
def test_a_place_that_is_gone_is_the_nearest_there_is(everything, where, frames):
    head, _ = everything.drawn("interpolation", {"frames": frames}, sight=[[where]])
    nearest = min(range(frames), key=lambda i: abs(i / (frames - 1) - where))
    assert abs(head["sight"][0] - nearest) <= (1 if abs(where * (frames - 1) % 1 - 0.5) < 1e-6 else 0)


def test_an_exact_picture_is_the_one_that_a_render_finds_in_the_store(everything):
    changes = {"prompts": ("an exact cat", "a dog"), "frames": 3}
    engine, tab = everything.live.engine, everything.live.tabs["interpolation"]
    plan = tab.resolved(changes).plan(engine)
    everything.drawn("interpolation", changes, sight=[[0.5]])
    assert engine.price(plan).stored == 0
    _, pictures = everything.drawn("interpolation", changes, sight=[[0.5]], exact=True)
    assert [(what["kind"], what["index"]) for what, _ in pictures] == [("exact", 1)]
    assert engine.price(plan).stored == 1


def test_nothing_is_kept_by_a_browser_or_a_proxy(everything):
    answer = everything.ask("noise-loop")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("multipart/mixed")
    assert everything.client.post("/live", json={}).headers["cache-control"] == "no-store"


# ---- what is refused ------------------------------------------------------------------------------------------------


def test_an_error_names_its_field(everything):
    answer = everything.ask("interpolation", {"prompts": ("a cat", "a dog"), "num_inference_steps": 9000})
    assert answer.status_code == 400
    assert answer.json()["field"] == "num_inference_steps"
    assert answer.json()["error"] == "Steps = 9000 is not allowed: a whole number from 1 to 150"
    fields_together = everything.ask("interpolation", {"seeds": (1, 2, 3)})
    assert fields_together.json()["field"] == "seeds"


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://elsewhere"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://here"}],
)
def test_another_pages_script_is_refused(everything, headers):
    assert everything.ask("noise-loop", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://here"},
        {"Origin": "https://outside", "X-Forwarded-Host": "outside"},
        {"Origin": "https://outside", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_the_page_itself_is_answered_behind_a_proxy_too(everything, headers):
    assert everything.ask("noise-loop", headers=headers).status_code == 200


def test_a_key_that_is_nobodys_is_refused_and_so_is_that_of_a_page_that_was_left(tmp_path):
    here = site(tmp_path, "noise-loop")
    assert here.ask("noise-loop").status_code == 200
    assert here.client.post("/live", json={"key": "guessed", "tab": "noise-loop", "values": []}).status_code == 403
    here.live.left(SimpleNamespace(session_hash="bob"))
    assert here.ask("noise-loop").status_code == 200
    here.live.left(SimpleNamespace(session_hash="ann"))
    assert here.ask("noise-loop").status_code == 403


def test_only_posts_of_a_bearable_size_are_read(everything):
    assert everything.client.get("/live").status_code == 405
    assert everything.client.post("/live", content=b" " * (MOST_BYTES + 1)).status_code == 413


@given(
    question=st.dictionaries(
        st.sampled_from(
            ["tab", "values", "sight", "point", "typed", "whole", "exact", "have", "of", "places", "other"]
        ),
        st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)),
    )
)
@settings(max_examples=200, deadline=None)
def test_no_question_of_a_stranger_gets_past_the_check_but_as_what_it_says(question):
    try:
        read = Question.read(question)
    except Refused as refused:
        assert str(refused)
        return
    assert isinstance(read.tab, str)
    assert isinstance(read.values, list)
    assert all(type(x) in (int, float) for where in read.sight for x in where)


def test_a_file_that_is_not_the_visitors_is_not_read(everything, tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (64, 64)).save(secret)
    tab = everything.live.tabs["image-variations"]
    values = everything.values("image-variations")
    place = next(i for i, c in enumerate(tab.components) if isinstance(c, gr.Image))
    values[place] = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    answer = everything.client.post("/live", json={"key": everything.key, "tab": "image-variations", "values": values})
    assert answer.status_code == 400


def test_rows_are_paid_for_by_the_minute(tmp_path):
    here = site(tmp_path, "noise-loop", limits=Limits(rows_a_minute=20))
    answers = [here.ask("noise-loop", {"seed": seed}).status_code for seed in range(4)]  # 8 rows each
    assert answers == [200, 200, 429, 429]
    here.key = here.live.enter("bob")
    assert here.ask("noise-loop").status_code == 200


# ---- whose it is, and how it ends -----------------------------------------------------------------------------------


def test_a_newer_question_of_the_same_visitor_and_view_ends_the_older(tmp_path):
    here = site(tmp_path, "noise-loop", "prompt-walk")
    ann, bob = (SimpleNamespace(session_hash=who, client=None, headers={}) for who in ("ann", "bob"))

    def begun(who, tab: str) -> Iterator:
        answer = here.live.answer(who, Question(tab, here.values(tab), whole=True))
        next(answer), next(answer)
        return answer

    older, others, elsewhere = begun(ann, "noise-loop"), begun(bob, "noise-loop"), begun(ann, "prompt-walk")
    newer = begun(ann, "noise-loop")
    assert sum(1 for part in older if part is not None) < 5
    assert sum(1 for part in newer if part is not None) == 24
    assert sum(1 for part in others if part is not None) == 24
    assert sum(1 for part in elsewhere if part is not None) == 24


def test_whoever_leaves_ends_the_work_within_a_call(tmp_path):
    """An ASGI server says that the reader has gone while a call is under way; the next one is not begun."""
    here = site(tmp_path, "noise-loop")
    networks, under_way, told, go_on = here.live.engine.networks, *(threading.Event() for _ in range(3))
    predict = networks.predict

    def gated(*args):
        under_way.set()
        assert go_on.wait(60)
        return predict(*args)

    networks.predict = gated
    question = {"key": here.key, "tab": "noise-loop", "values": here.values("noise-loop"), "whole": True}
    messages = [{"type": "http.request", "body": json.dumps(question).encode()}]

    async def receive():
        if messages:
            return messages.pop()
        await anyio.to_thread.run_sync(under_way.wait, 60)
        told.set()
        return {"type": "http.disconnect"}

    async def send(_message) -> None:
        """Nobody reads it."""

    async def visit() -> None:
        scope = {"type": "http", "method": "POST", "path": "/live", "root_path": "", "query_string": b"", "headers": []}
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(here.client.app, {**scope, "client": None}, receive, send)
            await anyio.to_thread.run_sync(told.wait, 60)
            for _ in range(50):  # the server hears of it
                await anyio.lowlevel.checkpoint()
            go_on.set()

    with ThreadPoolExecutor() as elsewhere:  # a browser of an earlier test may have its loop in this thread
        elsewhere.submit(anyio.run, visit).result()
    assert networks.calls == 1
    assert here.live.active.of("ann", "noise-loop", Stream) == []


def test_a_render_lets_the_drafts_of_its_run_pass_if_the_page_follows(tmp_path):
    here = site(tmp_path, "noise-loop")
    awaited = here.live.drafts_of_a_run("ann", "noise-loop")
    assert here.live.drafts_of_a_run("bob", "noise-loop") is None
    here.drawn("noise-loop")
    assert not awaited.begun.is_set()  # a hand elsewhere on the page is not it
    _, pictures = here.drawn("noise-loop", whole=True)
    assert len(pictures) == 24
    assert awaited.begun.is_set()
    assert awaited.over.is_set()
    awaited.wait()  # returns
    here.live.enter("ann", False)
    assert here.live.drafts_of_a_run("ann", "noise-loop") is None


def test_drafts_that_cannot_be_drawn_do_not_keep_the_render_waiting(tmp_path):
    here = site(tmp_path, "noise-loop", limits=Limits(rows_a_minute=1))
    awaited = here.live.drafts_of_a_run("ann", "noise-loop")
    assert here.ask("noise-loop", whole=True).status_code == 429
    assert awaited.over.is_set()


def test_where_pictures_follow_the_hand(tmp_path, monkeypatch):
    assert site(tmp_path, "noise-loop").live.here == HERE
    assert site(tmp_path, "noise-loop", limits=Limits(space=True)).live.here == SPACE
    monkeypatch.setattr("explorer.ui.live.seconds_of_a_draft", lambda _engine: 0.6)
    slow = site(tmp_path, "noise-loop")
    assert slow.live.here == SLOW
    head, _ = slow.drawn("noise-loop")
    assert head["here"] == HERE, "who has begun goes on"
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert site(tmp_path, "noise-loop").live.here == NONE


def test_what_is_seen_live_is_no_run_to_export(engine, tmp_path):
    run = run_of(EXPERIMENTS["interpolation"](frames=2), engine, Runs(tmp_path))
    seen = FilmView().preprocess({"live": True, "index": 1})
    assert seen == {"live": True}
    with pytest.raises(gr.Error, match="not rendered yet"):
        exported(str(run.folder), "gif", seen, "film")
    path, _ = exported(str(run.folder), "gif", {"index": 1}, "film")
    assert path.stat().st_size > 0
