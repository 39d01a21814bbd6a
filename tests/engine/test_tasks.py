"""Tasks: stopped or killed anywhere they end in the same bits, take turns with renders, and are kept by content."""

import dataclasses
import threading
import time
from dataclasses import dataclass, field

import pytest
import safetensors.torch
import torch
from torch.nn.functional import mse_loss

from explorer.engine.denoise import Row
from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.tasks import DONE, Execution, Kept, TasksMissing, TaskStore, generator, key_of
from explorer.engine.turns import Turns
from explorer.engine.workers import Worker
from explorer.experiments.interpolation import Interpolation
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import Conditioning, Point, Sampling, digest

STEPS = 6


@dataclass(frozen=True)
class Inversion:
    """Textual inversion in small: the vector with which the fake UNet finds the noise over one colour."""

    colour: tuple[float, float, float, float] = (0.8, 0.3, 0.1, 0.5)
    steps: int = STEPS
    title: str = "Teaching <bolt>"
    rows: int = 2
    ran: list[int] = field(default_factory=list, compare=False, repr=False)
    fails_at: int | None = field(default=None, compare=False, repr=False)

    @property
    def digest(self):
        return digest(repr(self))

    def begin(self, networks):
        return Inverting(self, networks)


class Inverting:
    def __init__(self, task, networks):
        self.task, self.networks = task, networks
        self.vector = torch.zeros(4, requires_grad=True)
        self.optimizer = torch.optim.AdamW([self.vector], 0.05)

    def step(self, number):
        if number == self.task.fails_at:
            raise RuntimeError("out of memory")
        self.task.ran.append(number)
        draws = generator(self.task, number)
        timesteps = torch.randint(100, 900, (self.task.rows,), generator=draws)
        noise = torch.randn(self.task.rows, 4, 8, 8, generator=draws)
        signal = self.networks.scheduler.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        noisy = signal.sqrt() * torch.tensor(self.task.colour).view(4, 1, 1) + (1 - signal).sqrt() * noise
        conditioning = Conditioning(self.vector.expand(77, 4))
        rows = [Row(*row, conditioning) for row in zip(noisy, timesteps, strict=True)]
        loss = mse_loss(self.networks.predict(rows, len(rows)), noise)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.item()}

    def state(self):
        return {"vector": self.vector, **self.optimizer.state[self.vector]}

    def load(self, state):
        with torch.no_grad():
            self.vector.copy_(state["vector"])
        self.optimizer.state[self.vector] = {name: state[name] for name in ("step", "exp_avg", "exp_avg_sq")}

    def result(self):
        return {"vector": self.vector.detach().clone()}


def engine_with(folder=None, **bounds):
    return Engine(FakeNetworks(), tasks=TaskStore(folder, **bounds))


def done_at_once(task):
    """The vector, without a stop or a file."""
    work = task.begin(FakeNetworks())
    for number in range(task.steps):
        work.step(number)
    return work.result()["vector"]


def file_of(folder, task):
    (path,) = folder.rglob(f"{key_of(task, FakeNetworks.signature)}.safetensors")
    return path


def test_a_task_is_done_step_by_step_and_its_result_is_kept(tmp_path):
    task, engine = Inversion(steps=120), engine_with(tmp_path)
    assert engine.execute(task).rows == 240
    progress = list(engine.execute(task))
    assert [(each.step, each.steps) for each in progress] == [(step, 120) for step in range(1, 121)]
    assert progress[-1].figures["loss"] < progress[0].figures["loss"] / 100
    assert engine.result(task)["vector"].tolist() == pytest.approx(task.colour, abs=0.02)
    assert set(safetensors.torch.load_file(file_of(tmp_path, task))) == {"vector", DONE}


def test_a_kept_result_is_found_after_a_restart_without_work(tmp_path):
    list(engine_with(tmp_path).execute(Inversion()))
    again, engine = Inversion(), engine_with(tmp_path)
    assert torch.equal(engine.result(again)["vector"], done_at_once(Inversion()))
    execution = engine.execute(again)
    assert execution.rows == 0
    assert list(execution) == []
    assert again.ran == []


@pytest.mark.parametrize("restarts", [True, False])
@pytest.mark.parametrize("stops", [[1], [3, 2], [1, 1, 1, 1, 1], [STEPS]])
@pytest.mark.parametrize("leave", [True, False])
def test_stop_keeps_what_is_done_and_the_next_goes_on_to_the_same_bits(tmp_path, stops, restarts, leave):
    task, engine = Inversion(), engine_with(tmp_path if restarts else None)
    for count in stops:
        execution = engine.execute(task)
        for step, _ in enumerate(iterated := iter(execution), 1):
            if step == count and leave:
                iterated.close()
            elif step == count:
                execution.cancel()
        assert execution.rows == (STEPS - len(task.ran)) * 2
        engine = engine_with(tmp_path) if restarts else engine
    assert len(task.ran) == sum(stops)
    assert engine.execute(task).rows == (STEPS - sum(stops)) * 2
    list(engine.execute(task))
    assert task.ran == list(range(STEPS))
    assert torch.equal(engine.result(task)["vector"], done_at_once(Inversion()))


def test_an_execution_that_was_cancelled_before_does_nothing():
    task, engine = Inversion(), engine_with()
    execution = engine.execute(task)
    execution.cancel()
    assert list(execution) == []
    assert task.ran == []


def test_a_step_that_raises_is_its_callers_and_leaves_what_was_saved(tmp_path):
    engine, failing, again = engine_with(tmp_path), Inversion(fails_at=4), Inversion()
    with pytest.raises(RuntimeError, match="out of memory"):
        list(Execution(failing, engine.workers[0], engine.tasks, save_every_s=0))
    list(engine.execute(again))
    assert again.ran == [4, 5]
    assert torch.equal(engine.result(again)["vector"], done_at_once(Inversion()))


def half(content):
    return content[: len(content) // 2]


def of_another_version(content):
    return safetensors.torch.save({DONE: torch.tensor(3), "vectors": torch.zeros(1, 4)})


def without_a_count(content):
    return safetensors.torch.save({"vector": torch.zeros(4)})


@pytest.mark.parametrize("spoil", [half, of_another_version, without_a_count, lambda _: b"", lambda _: b"\xff" * 99])
def test_a_broken_file_is_ignored_and_made_again(tmp_path, spoil):
    engine, task = engine_with(tmp_path), Inversion()
    for progress in (execution := engine.execute(Inversion())):
        if progress.step == 3:
            execution.cancel()
    path = file_of(tmp_path, task)
    path.write_bytes(spoil(path.read_bytes()))
    for progress in (execution := engine.execute(task)):
        if progress.step == 2:
            execution.cancel()
    list(engine.execute(task))
    assert task.ran == list(range(STEPS))
    assert torch.equal(engine.result(task)["vector"], done_at_once(Inversion()))


def test_a_disk_that_cannot_be_written_costs_no_step(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    engine, task = engine_with(blocked), Inversion()
    for progress in (execution := engine.execute(task)):
        if progress.step == 3:
            execution.cancel()
    list(engine.execute(task))
    assert task.ran == list(range(STEPS))
    assert torch.equal(engine.result(task)["vector"], done_at_once(Inversion()))


def test_the_disk_is_bounded_and_what_was_used_last_stays(tmp_path):
    store = TaskStore(tmp_path, most_bytes=10_000)
    for number in range(40):
        store.put(f"{number:032x}", Kept(1, {"vector": torch.full((200,), float(number))}))
        assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 10_000
    assert store.get(f"{0:032x}") is None
    assert store.get(f"{39:032x}").tensors["vector"][0] == 39


@pytest.mark.parametrize("in_memory", [True, False])
def test_of_two_at_the_same_task_the_further_one_is_kept(tmp_path, in_memory):
    store = TaskStore(None if in_memory else tmp_path)
    for done in (2, 5, 3):
        store.put("aa", Kept(done, {"vector": torch.tensor(float(done))}))
    assert store.get("aa") == Kept(5, {"vector": torch.tensor(5.0)})
    store.drop("aa")
    assert store.get("aa") is None


def test_what_came_so_far_can_be_asked_for_between_two_steps():
    execution = engine_with().execute(Inversion())
    with pytest.raises(ValueError, match="Teaching <bolt>: no step is taken yet"):
        execution.so_far()
    steps = iter(execution)
    seen = [execution.so_far()["vector"] for _ in zip(range(3), steps, strict=False)]
    assert len({tuple(vector.tolist()) for vector in seen}) == 3
    work = Inversion().begin(FakeNetworks())
    for vector in seen:
        work.step(len(work.task.ran))
        assert torch.equal(vector, work.result()["vector"])


def plan_after(task, engine):
    """One picture of the taught vector."""

    def at():
        vector = engine.result(task)["vector"]
        taught, nothing = Conditioning(vector.expand(77, 4).contiguous()), engine.encode_negative("")
        noise = Noise.of(0)
        return Point(taught, nothing, noise.latents((4, 8, 8)), noise, 1.0)

    return Plan((Place((), "taught"),), at, Sampling(4, "DPM++ 2M", 64, 64), before=(task,))


def test_a_plan_is_refused_until_its_tasks_are_done(tmp_path):
    engine, task = engine_with(tmp_path), Inversion(steps=120)
    plan = plan_after(task, engine)
    for ask in (engine.price, engine.render):
        with pytest.raises(TasksMissing, match=r"^Teaching <bolt> comes first: 120 steps, 240 rows$") as missing:
            ask(plan)
        assert missing.value.tasks == (task,)
    execution = engine.execute(task)
    next(steps := iter(execution))
    steps.close()
    with pytest.raises(TasksMissing):
        engine.price(plan)
    list(engine.execute(task))
    assert engine.price(plan).frames == 1
    (frame,) = [event for event in engine.render(plan) if isinstance(event, Frame)]
    red, green, blue = frame.image.getpixel((5, 5))
    assert (red, green, blue) == pytest.approx([255 * part for part in task.colour[:3]], abs=6)


def test_whoever_has_another_task_or_another_model_finds_nothing(tmp_path):
    engine, other = engine_with(tmp_path), engine_with(tmp_path)
    list(engine.execute(Inversion()))
    other.networks.signature = "another model"
    for asked, task in [(engine, Inversion(colour=(0.8, 0.3, 0.1, 0.4))), (other, Inversion())]:
        with pytest.raises(TasksMissing):
            asked.result(task)


class Watched(Turns):
    """Notes whose turn it is; a turn begins when all who are there have asked for one."""

    def __init__(self):
        super().__init__()
        self.there, self.log = set(), []

    def submit(self, call, *args, **kwargs):
        name = threading.current_thread().name

        def turn():
            while len(self) < len(self.there):
                time.sleep(0.001)
            self.log.append(name)
            return call(*args, **kwargs)

        return super().submit(turn)


def test_two_tasks_and_a_render_take_turns():
    turns = Watched()
    engine = Engine([Worker(FakeNetworks(), turns)])
    plan = Interpolation(prompts=("a", "b"), frames=4).resolved(engine.defaults).plan(engine)
    bolt, nut = Inversion(steps=12), Inversion(steps=9, title="Teaching <nut>")
    work = {"bolt": engine.execute(bolt), "nut": engine.execute(nut), "film": engine.render(plan)}

    def go(name):
        list(work[name])
        turns.there.discard(name)

    threads = [threading.Thread(target=go, args=(name,), name=name) for name in work]
    turns.log.clear()
    turns.there = set(work)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rounds = min(turns.log.count(name) for name in work)
    assert rounds >= 8
    for number in range(rounds):
        assert set(turns.log[3 * number : 3 * number + 3]) == set(work)
    assert engine.price(plan).stored == 4
    for task in (bolt, nut):
        assert torch.equal(engine.result(task)["vector"], done_at_once(dataclasses.replace(task, ran=[])))


def test_no_two_steps_or_tasks_draw_the_same():
    tasks = [Inversion(), Inversion(steps=7)]
    drawn = {torch.rand(1, generator=generator(task, step)).item() for task in tasks for step in range(3)}
    assert len(drawn) == 6
    assert torch.equal(torch.rand(1, generator=generator(tasks[0], 1)), torch.rand(1, generator=generator(tasks[0], 1)))
