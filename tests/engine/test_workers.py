"""Several workers draw what one draws; nobody waits for another's film; calls get faster between the turns."""

import dataclasses
import threading
import time

import pytest
import torch

from explorer.engine import workers
from explorer.engine.denoise import Row
from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.turns import Turns
from explorer.engine.workers import Worker
from explorer.experiments.interpolation import Interpolation
from tests.tiny import tiny_sd


class Gated(FakeNetworks):
    """Counts the calls under way; a call waits until `together` of them are, for at most five seconds."""

    lock = threading.Condition()

    def __init__(self, together=1):
        super().__init__()
        self.together, self.log = together, []

    def predict(self, rows, micro_batch):
        with Gated.lock:
            Gated.under_way += 1
            Gated.most = max(Gated.most, Gated.under_way)
            Gated.lock.notify_all()
            Gated.lock.wait_for(lambda: Gated.most >= self.together, timeout=5)
        try:
            return super().predict(rows, micro_batch)
        finally:
            with Gated.lock:
                Gated.under_way -= 1


@pytest.fixture
def gated():
    Gated.under_way = Gated.most = 0
    return Gated


def film(engine, **settings):
    settings = {"prompts": ("a cat", "a dog"), "frames": 9, "num_inference_steps": 4, **settings}
    return Interpolation(**settings).resolved(engine.defaults).plan(engine)


def pictures(engine, plan):
    return {event.index: event.png for event in engine.render(plan) if isinstance(event, Frame)}


@pytest.mark.parametrize("scheduler", ["DPM++ 2M", "Euler ancestral"])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_several_workers_give_the_same_bytes(workers, scheduler):
    settings = {"scheduler": scheduler, "seeds": (1, 2), "frames": 7}
    networks = [DiffusersNetworks(from_pipeline(tiny_sd(), "tiny")) for _ in range(workers)]
    alone = Engine(DiffusersNetworks(from_pipeline(tiny_sd(), "tiny")))
    together = Engine([Worker(each) for each in networks])
    assert pictures(together, film(together, **settings)) == pictures(alone, film(alone, **settings))


def test_as_many_calls_are_under_way_as_there_are_workers(gated):
    engine = Engine([Worker(gated(together=2)) for _ in range(2)])
    render = engine.render(film(engine, frames=24))
    assert len([event for event in render if isinstance(event, Frame)]) == 24
    assert gated.most == 2
    calls = [worker.networks.calls for worker in engine.workers]
    assert min(calls) > 0
    assert sum(calls) == 24 * 2 * 4 / 8


def test_a_worker_with_another_signature_is_refused():
    other = FakeNetworks()
    other.signature = "another"
    with pytest.raises(ValueError, match="workers: their models have 2 signatures, and must have one"):
        Engine([Worker(FakeNetworks()), Worker(other)])
    with pytest.raises(ValueError, match="workers"):
        Engine([])


def test_a_worker_runs_on_the_thread_its_networks_were_loaded_on():
    turns = Turns()
    loaded_on = turns.run(threading.get_ident)
    while len(turns):
        time.sleep(0.001)
    assert Worker(FakeNetworks(), turns).run(threading.get_ident) == loaded_on


class Broken(FakeNetworks):
    def predict(self, rows, micro_batch):
        raise RuntimeError("out of memory")


def test_an_error_of_one_worker_ends_the_render_in_its_words_and_the_others_go_on():
    engine = Engine([Worker(FakeNetworks()), Worker(Broken())])
    with pytest.raises(RuntimeError, match="out of memory"):
        list(engine.render(film(engine, frames=24)))
    sound = Engine([engine.workers[0]])
    assert len(pictures(sound, film(sound))) == 9


class Alternating(FakeNetworks):
    """Notes whose calls are served; each waits until another one waits, while there are two renders."""

    def __init__(self):
        super().__init__()
        self.served, self.turns, self.two = [], None, True

    def predict(self, rows, micro_batch):
        self.served.append(float(rows[0].conditioning.prompt_embeds[0, 0]))
        while self.two and len(self.turns) < 2:
            time.sleep(0.001)
        return super().predict(rows, micro_batch)


def test_between_two_calls_of_one_render_everybody_who_waits_gets_one():
    """Guidance 1 asks for the prompt alone, so a call tells whose it is. They alternate while both are there."""
    engine = Engine(Alternating())
    networks, turns, gate = engine.networks, engine.workers[0].turns, threading.Event()
    networks.turns = turns
    plans = [film(engine, prompts=(name, name), frames=2, guidance_scale=1.0, loop="open") for name in ("a", "b")]
    turns.submit(gate.wait)

    def render(plan):
        pictures(engine, plan)
        networks.two = False

    threads = [threading.Thread(target=render, args=(plan,)) for plan in plans]
    for number, thread in enumerate(threads):
        thread.start()
        while len(turns) < number + 2:
            time.sleep(0.001)
    gate.set()
    for thread in threads:
        thread.join()
    colours = [float(engine.encode(name).prompt_embeds[0, 0]) for name in ("a", "b")]
    assert networks.served == colours * 4


def test_cancel_takes_back_calls_that_wait_for_their_turn():
    engine = Engine(FakeNetworks())
    render = engine.render(film(engine))
    gate = threading.Event()
    events = iter(render)
    next(events)
    calls = engine.networks.calls
    blocking = engine.workers[0].turns.submit(gate.wait)
    thread = threading.Thread(target=lambda: list(events))
    thread.start()
    while len(engine.workers[0].turns) < 2 and thread.is_alive():
        time.sleep(0.001)
    render.cancel()
    gate.set()
    thread.join()
    assert blocking.done()
    assert engine.networks.calls <= calls + 1


class Tunable(FakeNetworks):
    """Has three slices of work to do after its first call, and notes on which thread and between which calls."""

    def __init__(self):
        super().__init__()
        self.log, self.asked = [], False

    def predict(self, rows, micro_batch):
        self.log.append(("call", threading.get_ident()))
        return super().predict(rows, micro_batch)

    def tune(self, rows, micro_batch, fully=False):
        if self.asked and not fully:
            return None
        self.asked = True
        return self.slices()

    def slices(self):
        for _ in range(3):
            self.log.append(("slice", threading.get_ident()))
            yield


def test_slices_take_turns_on_the_workers_thread_behind_those_who_wait():
    worker = Worker(Tunable())
    row = Row(torch.zeros(4, 8, 8), torch.tensor(1), worker.networks.encode("a"))
    gate = threading.Event()
    worker.turns.submit(gate.wait)
    futures = [worker.submit([row], 8) for _ in range(3)]
    gate.set()
    for future in futures:
        future.result()
    while len(worker.turns):
        time.sleep(0.001)
    assert [kind for kind, _ in worker.networks.log] == ["call"] * 3 + ["slice"] * 3
    assert len({thread for _, thread in worker.networks.log}) == 1


def test_warming_up_does_all_the_slices_and_measures_every_worker():
    engine = Engine([Worker(Tunable()), Worker(Tunable())])
    engine.warm_up()
    for worker in engine.workers:
        assert [kind for kind, _ in worker.networks.log].count("slice") >= 3
        assert worker.pace.seconds("unet", 64) is not None
        assert worker.pace.seconds("vae", 64) is not None
    assert engine.price(film(engine)).seconds > 0


def test_tuning_waits_for_a_pause_of_those_who_draw(monkeypatch):
    worker = Worker(Tunable())
    since = iter([0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0])
    monkeypatch.setattr(workers, "PAUSE", 0.1)
    monkeypatch.setattr(Turns, "unasked", property(lambda _: worker.networks.log.append(("asked", 0)) or next(since)))
    worker.tune([Row(torch.zeros(4, 8, 8), torch.tensor(1), worker.networks.encode("a"))], 8)
    order = "".join(kind[0] for kind, _ in worker.networks.log)
    assert order == "aaasasaasa"


def test_a_slice_waits_no_longer_than_its_patience_and_each_as_long(monkeypatch):
    worker, clock = Worker(Tunable()), [0.0]
    monkeypatch.setattr(Turns, "unasked", 0.0)
    monkeypatch.setattr(workers.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(workers.time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    worker.tune([Row(torch.zeros(4, 8, 8), torch.tensor(1), worker.networks.encode("a"))], 8)
    assert [kind for kind, _ in worker.networks.log] == ["slice"] * 3
    rounds = 4  # the last finds that none is left
    assert rounds * workers.PATIENCE <= clock[0] <= rounds * (workers.PATIENCE + workers.PAUSE)


@pytest.mark.parametrize(("spared", "threads"), [(1.4, 3), (1.6, None)])
def test_a_draft_leaves_a_core_alone_where_that_is_hardly_a_loss(spared, threads, monkeypatch):
    worker = Worker(FakeNetworks())
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    monkeypatch.setattr(workers, "race", lambda contestants, *_: {3: spared, None: 1.0})
    worker.choose_threads([])
    assert worker._threads == threads


def test_a_slice_that_fails_costs_nothing_but_a_note(capsys):
    class Failing(Tunable):
        def slices(self):
            raise RuntimeError("no room for a graph")
            yield

    engine = Engine(Failing())
    assert len(pictures(engine, film(engine))) == 9
    while len(engine.workers[0].turns):
        time.sleep(0.001)
    assert "no room for a graph" in capsys.readouterr().err


@pytest.mark.parametrize("workers", [1, 2])
def test_two_workers_are_expected_to_take_half_as_long(workers):
    engine = Engine([Worker(FakeNetworks()) for _ in range(workers)])
    for worker in engine.workers:
        worker.pace.record("unet", 64 * 8, 1.0)
        worker.pace.record("vae", 64, 0.0)
    plan = film(engine, frames=24)
    assert engine.price(plan).seconds == pytest.approx(24 / workers)
    one = dataclasses.replace(plan, places=plan.places[:1])
    assert engine.price(one).seconds == pytest.approx(4 * 2 / 8)  # a call a step, and of two rows: they are free


class Wide(FakeNetworks):
    """Calls may have twice the rows. Notes how many each has."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def widest(self, height, width, micro_batch):
        return 2 * micro_batch

    def predict(self, rows, micro_batch):
        self.sizes.append(len(rows))
        return super().predict(rows, 2 * micro_batch)


def test_calls_are_wide_when_the_first_picture_is_there():
    engine, plain = Engine(Wide()), Engine(FakeNetworks())
    plan = film(engine, frames=24)
    assert pictures(engine, plan) == pictures(plain, plan)
    assert engine.networks.sizes[:4] == [8] * 4
    assert max(engine.networks.sizes) == 16
    assert engine.networks.calls < plain.networks.calls
