"""The loop: stopped anywhere, it ends in the same state, to the bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from training import steps
from training.recipe import Pace


class Line:
    """A line fitted to noise that each step draws anew."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = torch.nn.Linear(3, 1)
        self.optimizer = torch.optim.AdamW(self.network.parameters(), 0.1)
        self.state = {"network": self.network, "optimizer": self.optimizer}
        self.ran: list[int] = []

    def one_step(self, step: int) -> dict[str, float]:
        self.ran.append(step)
        rows = torch.randn(4, 3, generator=steps.draws(1, "line", step).noise)
        loss = (self.network(rows) - rows.sum(1, keepdim=True)).square().mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"loss": loss.item()}


@pytest.mark.parametrize("stops", [[1], [3, 2], [1, 1, 1, 1, 1, 1, 1]])
def test_a_stopped_training_ends_in_the_same_weights(tmp_path: Path, stops: list[int]):
    whole = Line()
    assert steps.train("line", whole.state, whole.one_step, 8, tmp_path / "whole.pt")
    ran = []
    for stop in [*stops, None]:
        part = Line()
        steps.train("line", part.state, part.one_step, 8, tmp_path / "part.pt", stop_after=stop)
        ran += part.ran
    assert ran == list(range(8))
    assert all(map(torch.equal, whole.network.parameters(), part.network.parameters()))


def test_a_kill_between_checkpoints_repeats_the_steps_since_the_last(tmp_path: Path):
    whole, killed, again = Line(), Line(), Line()
    steps.train("line", whole.state, whole.one_step, 6, tmp_path / "whole.pt")

    def fails_at_four(step: int) -> dict[str, float]:
        if step == 4:
            raise KeyboardInterrupt
        return killed.one_step(step)

    with pytest.raises(KeyboardInterrupt):
        steps.train("line", killed.state, fails_at_four, 6, tmp_path / "part.pt", save_every_s=0)
    steps.train("line", again.state, again.one_step, 6, tmp_path / "part.pt")
    assert again.ran == [4, 5]
    assert all(map(torch.equal, whole.network.parameters(), again.network.parameters()))


def test_a_finished_training_runs_nothing_and_more_steps_go_on(tmp_path: Path):
    for total, expected in ((2, [0, 1]), (2, []), (3, [2])):
        line = Line()
        assert steps.train("line", line.state, line.one_step, total, tmp_path / "line.pt")
        assert line.ran == expected


def test_another_trainings_checkpoint_is_refused_by_name(tmp_path: Path):
    line = Line()
    steps.save(tmp_path / "line.pt", line.state, 1)
    with pytest.raises(ValueError, match=r"line\.pt holds \['network', 'optimizer'\], not \['network'\]"):
        steps.load(tmp_path / "line.pt", {"network": line.network})


def test_a_half_written_checkpoint_is_not_one(tmp_path: Path, monkeypatch):
    line = Line()
    steps.save(tmp_path / "line.pt", line.state, 1)
    before = (tmp_path / "line.pt").read_bytes()

    def full_disk(*_):
        raise OSError("no space left")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="no space"):
        steps.save(tmp_path / "line.pt", line.state, 2)
    assert (tmp_path / "line.pt").read_bytes() == before


def test_draws_depend_on_seed_title_and_step_alone():
    def numbers(*key) -> list[float]:
        rng, noise = steps.draws(*key)
        return [rng.random(), torch.rand(1, generator=noise).item()]

    keys = [(1, "a", 0), (2, "a", 0), (1, "b", 0), (1, "a", 1)]
    assert len({number for key in keys for number in numbers(*key)}) == 8
    assert numbers(*keys[0]) == numbers(*keys[0])


def test_the_rate_rises_stays_and_falls():
    pace = Pace(steps=100, rows=2, peak=2.0, warmup=10, decay=0.5)
    rates = [pace.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.2)
    assert set(rates[9:50]) == {2.0}
    assert rates[50:] == sorted(rates[50:], reverse=True)
    assert rates[99] == pytest.approx(0.04)
