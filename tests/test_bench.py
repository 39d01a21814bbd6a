"""The bench on tiny pipelines: what is counted, that the work is equal, that errors are shown. Never a time."""

import dataclasses

import numpy as np
import pytest
import torch

from bench.__main__ import PLAIN, entries
from bench.contestants import Ours, Plain
from bench.film import Film, Rendered
from bench.race import Entry, difference, race
from bench.report import COLUMNS, table
from bench.sd15_shape import text_encoder, unet, vae
from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd, tiny_tokenizer

FILM = Film(frames=3, steps=2, size=32, prompts=("a cat", "a dog"))
LEAST, NAIVE = 3 * (2 * 2 - 1) + 1, 2 * 2 * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tiny pipeline as files."""
    folder = tmp_path_factory.mktemp("tiny")
    with quiet():
        tiny_sd().save_pretrained(folder)
    return str(folder)


def cells(line):
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_ours_runs_the_least_rows_and_the_plain_loop_all_and_the_pictures_are_the_same(folder):
    with quiet():
        ours, plain = Ours(folder, "float32").render(FILM), Plain(folder).render(FILM)
    assert (ours.rows, plain.rows) == (LEAST, NAIVE)
    assert ours.sent % 8 == 0
    assert ours.sent >= ours.rows
    assert plain.sent == plain.rows
    assert ours.pictures.shape == plain.pictures.shape == (3, 32, 32, 3)
    assert difference(ours, plain)[0] <= 1
    assert (plain.pictures[0] != plain.pictures[2]).any()


def test_a_second_film_renders_everything_again(folder):
    ours = Ours(folder, "float32")
    first, second = ours.render(FILM), ours.render(FILM)
    assert first.rows == second.rows == LEAST
    assert np.array_equal(first.pictures, second.pictures)


def test_a_race_gives_a_table_of_all_contestants_with_all_columns(folder):
    broken = Entry("broken", "tests.test_bench:Broken")
    standings = race([*entries()[1:3], broken], folder, FILM, rounds=2)
    lines = table(standings, FILM, PLAIN).splitlines()
    assert cells(lines[0]) == list(COLUMNS)
    assert {len(cells(line)) for line in lines} == {len(COLUMNS)}
    rows = {line[0]: dict(zip(COLUMNS, line, strict=True)) for line in map(cells, lines[2:])}
    assert list(rows) == ["ours in float32", PLAIN, "broken"]
    assert rows["ours in float32"]["rows a frame"].startswith(f"{LEAST / 3:.2f}")
    assert rows[PLAIN]["rows a frame"] == f"{NAIVE / 3:.2f}"
    assert rows[PLAIN]["speed"].startswith("1.00x")
    assert rows["ours in float32"]["pixels differ"].startswith(("at most 0,", "at most 1,"))
    assert "float32" in rows[PLAIN]["with"]
    assert rows["broken"]["with"] == "ValueError: no such folder, so it cannot run"
    assert [len(standing.films) for standing in standings] == [2, 2, 0]
    assert all(standing.peak_bytes > 1e6 for standing in standings[:2])


class Broken:
    """A contestant that cannot be made."""

    def __init__(self, folder):
        raise ValueError("no such folder, so it cannot run")


class Dies:
    """A contestant whose process is gone in the middle of its work."""

    stack = "nothing"

    def __init__(self, folder):
        pass

    def render(self, film):
        raise SystemExit(3)


def test_a_contestant_that_fails_or_dies_says_how_and_the_race_goes_on(folder, tmp_path):
    (tmp_path / "stable_diffusion_videos.py").write_text("from json import there_is_no_such_name")
    videos = entries(str(tmp_path))[-1]
    failed, dead = race([videos, Entry("dies", "tests.test_bench:Dies")], folder, FILM, rounds=1)
    assert failed.error.startswith("ImportError: cannot import name 'there_is_no_such_name' from 'json'")
    assert dead.error == "its process ended with code 3"
    assert "its process ended" in table([failed, dead], FILM, "dies")


def test_the_difference_of_films_is_the_largest_and_the_mean():
    bright = Rendered(1.0, 1, 1, np.full((2, 4, 4, 3), 200, np.uint8))
    dark = dataclasses.replace(bright, pictures=bright.pictures.copy())
    dark.pictures[0, 0, 0] = 8
    assert difference(bright, dark) == difference(dark, bright) == (192, 192 / 32)


def test_a_contestant_that_is_alone_comes_after_the_others_once(folder):
    plain, ours = entries()[2], dataclasses.replace(entries()[1], alone=True)
    standings = race([ours, plain], folder, FILM, rounds=2)
    assert [len(standing.films) for standing in standings] == [1, 2]
    line = table(standings, FILM, PLAIN).splitlines()[2]
    assert dict(zip(COLUMNS, cells(line), strict=True))["speed"] == "-"


def test_the_random_network_has_the_shape_of_stable_diffusion_1_5():
    with torch.device("meta"):
        sizes = [sum(p.numel() for p in made.parameters()) for made in (unet(), vae(), text_encoder(tiny_tokenizer()))]
    assert sizes == [859_520_964, 83_653_863, 123_060_480]
