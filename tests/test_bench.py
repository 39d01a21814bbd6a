"""The bench on tiny pipelines: what is counted, that the work is equal, that errors are shown. Never a time."""

import dataclasses
import subprocess
from pkgutil import resolve_name

import numpy as np
import pytest
import torch

from bench import run_price
from bench.__main__ import PLAIN, entries
from bench.against import Side, against, commit_of
from bench.against import table as table_of_commits
from bench.film import Film, Rendered
from bench.race import Entry, Standing, difference, in_a_child, race
from bench.report import COLUMNS, table
from bench.sd15_shape import text_encoder, unet, vae
from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd, tiny_tokenizer

FILM = Film(frames=3, steps=2, size=32, prompts=("a cat", "a dog"))
ROWS = 2 * 2 * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tiny pipeline as files."""
    folder = tmp_path_factory.mktemp("tiny")
    with quiet():
        tiny_sd().save_pretrained(folder)
    return str(folder)


def cells(line):
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def by_name(lines):
    """The table's lines below its head, by contestant, each by column."""
    return {line[0]: dict(zip(COLUMNS, line, strict=True)) for line in map(cells, lines[2:])}


def test_ours_runs_the_plain_loops_rows_to_the_same_pictures_and_the_table_tells_it(folder):
    """In this process: another one would import torch again, which takes seconds."""
    standings = []
    for entry in entries()[1:3]:
        with quiet():
            contestant = resolve_name(entry.contestant)(folder, **entry.options)
            films = [contestant.render(FILM) for _ in range(2)]
        standings.append(Standing(entry, contestant.stack, films))
    (ours, again), (plain, _) = (standing.films for standing in standings)
    assert again.rows == ROWS, "a second film renders everything again"
    assert np.array_equal(ours.pictures, again.pictures)
    assert (ours.rows, plain.rows) == (ROWS, ROWS)
    assert ours.sent >= ours.rows
    assert plain.sent == plain.rows
    assert ours.pictures.shape == plain.pictures.shape == (3, 32, 32, 3)
    assert difference(ours, plain)[0] <= 1
    assert (plain.pictures[0] != plain.pictures[2]).any()
    lines = table(standings, FILM, PLAIN).splitlines()
    assert cells(lines[0]) == list(COLUMNS)
    assert {len(cells(line)) for line in lines} == {len(COLUMNS)}
    rows = by_name(lines)
    assert list(rows) == ["ours in float32", PLAIN]
    assert rows["ours in float32"]["rows a frame"].startswith(f"{ROWS / 3:.2f}")
    assert rows[PLAIN]["rows a frame"] == f"{ROWS / 3:.2f}"
    assert rows[PLAIN]["speed"].startswith("1.00x")
    assert rows["ours in float32"]["pixels differ"].startswith(("at most 0,", "at most 1,"))
    assert "float32" in rows[PLAIN]["with"]


def test_what_stops_a_contestant_is_its_line_and_the_race_goes_on():
    names = ("Still", "Broken", "Fails", "Dies")
    standings = race([Entry(name, f"tests.racers:{name}") for name in names], "here", FILM, rounds=2)
    assert [len(standing.films) for standing in standings] == [2, 0, 0, 0]
    assert standings[0].peak_bytes > 1e6
    lines = table(standings, FILM, "Still").splitlines()
    assert {len(cells(line)) for line in lines} == {len(COLUMNS)}
    rows = by_name(lines)
    assert rows["Still"]["rows a frame"] == "1.00 (1.33)"
    assert rows["Broken"]["with"] == "ValueError: no such \\| folder here"
    assert rows["Fails"]["with"] == "MemoryError: no more"
    assert rows["Dies"]["with"] == "its process ended with code 3"
    assert table(standings, FILM, "Broken").count("its process ended") == 1


def test_a_peer_comes_from_its_own_folder_or_its_import_error_is_shown(tmp_path):
    (tmp_path / "stable_diffusion_videos.py").write_text("from json import there_is_no_such_name")
    peer = dataclasses.replace(entries(str(tmp_path))[-1], contestant="stable_diffusion_videos:Walk")
    (standing,) = race([peer], "here", FILM, rounds=1)
    assert standing.error.startswith("ImportError: cannot import name 'there_is_no_such_name' from 'json'")


def test_a_contestant_that_is_alone_comes_after_the_others_once():
    alone, other = (Entry(name, "tests.racers:Still", alone=name == "alone") for name in ("alone", "other"))
    standings = race([alone, other], "here", FILM, rounds=2)
    assert [len(standing.films) for standing in standings] == [1, 2]
    rows = by_name(table(standings, FILM, "other").splitlines())
    assert (rows["alone"]["speed"], rows["other"]["speed"]) == ("-", "1.00x (1.00-1.00)")
    assert rows["alone"]["pixels differ"] == "at most 0, mean 0.000"


def test_the_difference_of_films_is_the_largest_and_the_mean():
    bright = Rendered(1.0, 2.0, 1, 1, np.full((2, 4, 4, 3), 200, np.uint8))
    dark = dataclasses.replace(bright, pictures=bright.pictures.copy())
    dark.pictures[0, 0, 0] = 8
    assert difference(bright, dark) == difference(dark, bright) == (192, 192 / 32)


def test_a_child_does_its_task_and_a_failure_is_not_silent(tmp_path):
    in_a_child("tests.racers:leave_a_note", str(tmp_path / "note"))
    assert (tmp_path / "note").read_text() == "done"
    with pytest.raises(RuntimeError, match="leave_a_note ended with code 1"):
        in_a_child("tests.racers:leave_a_note", str(tmp_path))


def test_the_random_network_has_the_shape_of_stable_diffusion_1_5():
    with torch.device("meta"):
        sizes = [sum(p.numel() for p in made.parameters()) for made in (unet(), vae(), text_encoder(tiny_tokenizer()))]
    assert sizes == [859_520_964, 83_653_863, 123_060_480]


def test_the_price_of_a_run_is_told_by_its_length(monkeypatch, capsys):
    found = run_price.measure((8, 15), rounds=1)
    assert list(found) == [8, 15]
    assert all(seconds > 0 for seconds in found.values())
    for dearest, code in ((1.1, 0), (1.3, 1)):
        monkeypatch.setattr(run_price, "measure", lambda sizes, rounds, top=dearest: {100: 1e-3, 1000: top * 1e-3})
        monkeypatch.setattr("sys.argv", ["run_price"])
        assert run_price.main() == code
        assert f"| 1000 | {dearest:.2f} |" in capsys.readouterr().out


def test_a_single_picture_against_another_commit_has_its_bytes(folder):
    """The code before calls of the UNet became smaller, wider or graphs, run on this very machine."""
    try:
        commit = commit_of("5487c25")
    except (OSError, subprocess.CalledProcessError):
        pytest.xfail("this checkout does not reach back to commit 5487c25")
    lines = against(commit, rounds=1, model=folder).splitlines()
    assert [cells(line)[0] for line in lines[4:]] == ["this", "commit 5487c25"]
    assert all(cells(line)[-1] == "1 of 1" for line in lines[4:])


def test_the_table_of_two_commits_tells_other_bytes_and_the_ratio_of_each_round():
    ours, theirs = ({"seconds": s, "core_seconds": 2 * s, "bytes": name} for s, name in ((1.0, "a"), (4.0, "a")))
    other = {**ours, "seconds": 2.0, "bytes": "b"}
    this, commit = table_of_commits("0123456789", [[ours, theirs], [other, theirs], [ours, theirs]]).splitlines()[-2:]
    assert cells(this) == ["this", "1.000", "2.000", "0.25 (0.25-0.50)", "2 of 3"]
    assert cells(commit) == ["commit 0123456", "4.000", "8.000", "1", "2 of 3"]


def test_a_side_that_ends_is_an_error(tmp_path):
    (tmp_path / "explorer.py").write_text("raise SystemExit(7)")
    with pytest.raises(RuntimeError, match=r"bench/single\.py ended with code 7"):
        Side(tmp_path, tmp_path, "pocket")
