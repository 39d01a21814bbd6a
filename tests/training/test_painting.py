import numpy as np
import pytest

from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd
from training import painting
from training.machines import this_machine
from training.painting import Painter


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "tiny"
    with quiet():
        tiny_sd().save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def little(monkeypatch):
    monkeypatch.setattr(painting, "STEPS", 2)
    monkeypatch.setattr(painting, "BATCH", 3)


@pytest.fixture
def painter(model, tmp_path):
    return Painter(model, tmp_path / "kept", this_machine("cpu"))


def test_a_picture_is_its_prompts_alone(model, painter, tmp_path):
    together = painter.paint(["a cat", "a dog", "a cow", "an owl"])
    assert together.shape == (4, 32, 32, 3)
    assert together.dtype == np.uint8
    alone = Painter(model, tmp_path / "other", this_machine("cpu")).paint(["a cow"])
    assert np.abs(alone[0].astype(int) - together[2]).max() <= 1
    assert not np.array_equal(together[0], together[1])


def test_nothing_is_painted_twice(model, painter, tmp_path, monkeypatch):
    once = painter.paint(["a cat", "a dog", "a cat"]), painter.between("a cat", "a dog", 3)
    assert np.array_equal(once[0][0], once[0][2])
    later = Painter(model, tmp_path / "kept", this_machine("cpu"))
    monkeypatch.setattr(Painter, "_run", None)
    assert np.array_equal(later.paint(["a dog"])[0], once[0][1])
    assert np.array_equal(later.between("a cat", "a dog", 3), once[1])


def test_a_film_begins_where_its_first_prompt_does(painter, monkeypatch):
    monkeypatch.setattr(painting, "BATCH", 3)
    film = painter.between("a cat", "a dog", 3)
    assert film.shape == (3, 32, 32, 3)
    assert np.abs(film[0].astype(int) - painter.paint(["a cat"])[0]).max() <= 1
