"""Limits: read from an environment, counted by session and address, kept by the page."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from explorer.engine.engine import Price
from explorer.ui.limits import MINUTE, SESSIONS_AN_ADDRESS, Door, LimitError, Limits, address, variables
from explorer.ui.page import build_page
from tests.clients import connected
from tests.ui.renders import job_of
from tests.ui.serving import served
from tests.ui.test_page import inputs


@dataclass
class Caller:
    session_hash: str = "one"
    host: str = "10.16.3.80"
    headers: dict = field(default_factory=dict)

    @property
    def client(self):
        return SimpleNamespace(host=self.host)


def cost(rows: int) -> Price:
    return Price(frames=1, stored=0, rows=rows, naive_rows=rows, seconds=None)


def test_there_are_none_on_ones_own_machine_and_some_on_a_space():
    assert Limits.of({}) == Limits()
    on_a_space = Limits.of({"SPACE_ID": "me/here"})
    assert on_a_space.space
    names = ("queue", "renders", "seconds", "a_minute", "rows", "rows_a_minute", "teachings", "words_mb")
    assert {str(getattr(on_a_space, name)) for name in names} == {value for _, value in variables().values()}


def test_every_variable_is_read_and_none_takes_a_limit_away():
    for name in variables():
        field_name = name.removeprefix("LATENT_EXPLORER_").lower()
        assert getattr(Limits.of({name: " 7 "}), field_name) == 7
        assert getattr(Limits.of({name: "none", "SPACE_ID": "me/here"}), field_name) is None


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "٣", "9" * 5000, "<script>"])
def test_what_is_no_limit_is_one_sentence_with_the_name_the_value_and_what_is_allowed(text):
    with pytest.raises(LimitError) as error:
        Limits.of({"LATENT_EXPLORER_ROWS": text})
    said = str(error.value)
    assert said.startswith(f"LATENT_EXPLORER_ROWS={text[:40]!r}")
    assert "from 1 to 999999999, or none" in said
    assert len(said) < 200


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("8.8.8.8, 10.0.0.1", "8.8.8.8"),  # a proxy inside
        ("1.2.3.4, 8.8.8.8", "8.8.8.8"),  # what the visitor wrote stands first
        ("1.2.3.4, nonsense, 8.8.8.8, , 192.168.1.1", "8.8.8.8"),
        ("2606:4700::1111, 10.0.0.1", "2606:4700::1111"),
        ("10.0.0.1", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_behind_a_spaces_proxy_the_last_public_address_is_the_visitors(forwarded, expected):
    assert address(Caller(headers={"x-forwarded-for": forwarded}), space=True) == expected


def test_elsewhere_the_peer_is_the_visitor_whatever_the_header_says():
    assert address(Caller(headers={"x-forwarded-for": "8.8.8.8"}), space=False) == "10.16.3.80"


def test_a_price_too_high_is_refused_and_does_not_count():
    door = Door(Limits(rows=100, a_minute=1))
    assert "101 rows" in door.refusal(Caller(), cost(101))
    assert "at most 100" in door.refusal(Caller(), cost(101))
    assert door.refusal(Caller(), cost(100)) is None


def test_a_session_may_begin_so_many_in_a_minute_and_is_told_when_again():
    now = [100.0]
    door = Door(Limits(a_minute=2), clock=lambda: now[0])
    caller = Caller()
    assert door.refusal(caller, cost(1)) is None
    now[0] += 20
    assert door.refusal(caller, cost(1)) is None
    assert door.refusal(caller, cost(1)) == "You have begun 2 renders within a minute: try again in 40 s."
    assert door.refusal(Caller(session_hash="other"), cost(1)) is None
    now[0] += 40
    assert door.refusal(caller, cost(1)) is None
    assert door.refusal(caller, cost(1)) == "You have begun 2 renders within a minute: try again in 20 s."


def test_new_sessions_of_one_address_are_one_visitor_in_the_end():
    door = Door(Limits(a_minute=1, space=True), clock=lambda: 0.0)
    forwarded = {"x-forwarded-for": "8.8.8.8"}
    came = [door.refusal(Caller(f"session {i}", headers=forwarded), cost(1)) for i in range(SESSIONS_AN_ADDRESS + 1)]
    assert came[:-1] == [None] * SESSIONS_AN_ADDRESS
    assert came[-1].startswith("Your network has begun 4 renders")
    assert door.refusal(Caller("new", headers={"x-forwarded-for": "9.9.9.9"}), cost(1)) is None


def test_nobody_is_remembered_for_longer_than_a_minute():
    now = [0.0]
    door = Door(Limits(a_minute=5), clock=lambda: now[0])
    for i in range(100):
        door.refusal(Caller(f"session {i}"), cost(1))
    now[0] = MINUTE
    door.refusal(Caller("last"), cost(1))
    assert set(door._came) == {("session", "last"), ("address", "10.16.3.80")}


def test_a_render_whose_time_is_over_ends_like_stop_and_says_so(engine, tmp_path):
    from explorer.experiments.interpolation import Interpolation
    from explorer.outputs.runs import Runs

    film = Interpolation(prompts=("a cat", "a dog"), frames=9)
    job = job_of(film, engine, Runs(tmp_path), seconds=0)
    *_, (shown, status) = job
    assert status.state == "stopped"
    assert status.text.startswith("Stopped after 0 s, the longest that a render may take here: ")
    assert status.text.endswith(f"{len(shown.ready)} of 9 frames are kept")
    assert "Render goes on from here" in status.detail
    assert job.sink.run.record["present"] == len(shown.ready)
    *_, (shown, status) = job_of(film, engine, Runs(tmp_path), seconds=1000)
    assert status.state == "done"
    assert len(shown.ready) == 9


def test_the_page_refuses_in_the_status_line_before_anything_runs(tmp_path):
    with served(tmp_path, "interpolation", limits=Limits(rows=30, a_minute=1)) as site:
        visitor = connected(site.url)
        _, status, *_ = visitor.predict(*inputs(frames=9), api_name="/interpolation")
        assert status["state"] == "error"
        assert "at most 30: choose fewer frames or fewer steps" in status["text"]
        assert site.engine.networks.calls == 0
        assert not list(tmp_path.rglob("run.json"))
        assert visitor.predict(*inputs(frames=3), api_name="/interpolation")[1]["state"] == "done"
        _, status, *_ = visitor.predict(*inputs(frames=3), api_name="/interpolation")
        assert status["text"].startswith("You have begun 1 render within a minute")


def test_renders_at_once_and_the_notice_follow_the_limits(engine, tmp_path):
    from explorer.experiments import registry
    from explorer.outputs.runs import Runs

    def config(limits):
        return build_page(engine, Runs(tmp_path), registry(), limits)

    at_home, on_a_space = config(Limits()), config(Limits(renders=1, space=True))
    assert {fn.concurrency_limit for fn in at_home.fns.values() if fn.concurrency_id == "render"} == {4}
    assert {fn.concurrency_limit for fn in on_a_space.fns.values() if fn.concurrency_id == "render"} == {1}
    assert "Duplicate this Space" not in str(at_home.get_config_file())
    assert "Duplicate this Space" in str(on_a_space.get_config_file())
    assert "shared CPU" in str(on_a_space.get_config_file())
