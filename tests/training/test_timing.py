import pytest

from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd
from training import timing
from training.nearest import nearest


def test_a_duration_is_told_a_picture_without_the_first_round():
    seeds = []
    told = timing._timed(seeds.append, 3, pictures=2)
    assert seeds == [0, 1, 2, 3]
    assert 0 <= told["shortest"] <= told["median"] <= told["longest"]


def test_the_engine_and_the_pipeline_draw_every_round(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "STEPS", 1)
    monkeypatch.setattr(timing, "FILM", 2)
    pipe = tiny_sd()
    with quiet():
        pipe.save_pretrained(tmp_path / "tiny")
    told = timing.seconds(tmp_path / "tiny", pipe, rounds=1)
    assert set(told) == {"engine, one picture", "engine, a picture of a film of 12", "diffusers, one picture"}


def test_size_is_that_of_all_files_and_of_the_largest(tmp_path):
    (tmp_path / "unet").mkdir()
    (tmp_path / "unet" / "large").write_bytes(bytes(100))
    (tmp_path / "card").write_bytes(bytes(10))
    assert timing.size(tmp_path) == {"bytes": 110, "largest_bytes": 100, "largest": "unet/large"}


def test_a_word_is_nearest_to_itself():
    core = ["cat", "dog", "windmill"]
    found = nearest(tiny_sd(), ["windmill", "cat"], core, count=2)
    assert [names[0] for names in found.values()] == ["windmill", "cat"]
    assert all(len(set(names)) == 2 for names in found.values())


@pytest.mark.parametrize("count", [1, 5])
def test_there_are_no_more_neighbours_than_subjects(count):
    assert len(nearest(tiny_sd(), ["cow"], ["cat", "dog"], count)["cow"]) == min(count, 2)
