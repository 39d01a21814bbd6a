"""Drawings: who is drawn under which name, and that alpha and colours come out right."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training import drawings, names
from training.drawings import Drawing, Job
from training.name_tables import OLD_NAMES, OTHER_NAMES, RENAMED
from training.recipe import SMOKE

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>'


def svg_job(width: int, height: int, body: str) -> Job:
    return Job("noto", "cat", SVG.format(width, height, width, height, body), None)


def test_every_set_draws_what_it_has_and_nothing_that_is_left_out(work):
    pictures, rows = drawings.load(work)
    assert pictures.shape == (len(rows), 128, 128, 4)
    assert pictures.dtype == np.uint8
    drawn = {
        source: {row.subject for row in rows if row.source == source} for source in ("noto", "twemoji", "fluent-3d")
    }
    assert drawn["noto"] == drawn["twemoji"]
    assert {"cat", "cat face", "apple", "car", "boat", "tree", "thumbs up"} <= drawn["noto"]
    assert drawn["fluent-3d"] == {"cat", "apple", "car"}
    assert not {"right arrow", "chequered flag", "unknown", "automobile"} & drawn["noto"]
    assert sum(row.source == "noto" and row.subject == "thumbs up" for row in rows) == 1


def test_rows_say_the_group_and_the_other_names(work):
    rows = {row.subject: row for row in drawings.load(work)[1]}
    assert rows["boat"] == Drawing("twemoji", "boat", OTHER_NAMES["boat"], "vehicles")
    groups = {subject: row.group for subject, row in rows.items()}
    assert groups["cat"] == "animals"
    assert groups["cactus"] == "plants"
    assert groups["pizza"] == "food"
    assert groups["house"] == "buildings"
    assert groups["sun"] == "places"
    assert groups["key"] == "objects"
    assert groups["grinning face"] == "faces"
    assert groups["thumbs up"] == "people"


def test_a_finished_stage_is_not_run_again_and_an_unfinished_one_ends_the_same(work, tmp_path):
    (tmp_path / "sources").symlink_to(work / "sources")
    (tmp_path / "drawings.npy").write_bytes(b"of a run that was killed before it said what they are")
    drawings.run(tmp_path, SMOKE)
    for name in ("drawings.npy", "drawings.json"):
        assert (tmp_path / name).read_bytes() == (work / name).read_bytes()
    (tmp_path / "sources").unlink()
    drawings.run(tmp_path, SMOKE)


def test_a_drawing_fills_the_square_and_is_not_stretched():
    wide = drawings.render(svg_job(40, 20, '<rect width="40" height="20" fill="#f00"/>'))
    assert wide.shape == (128, 128, 4)
    assert (wide[34:94, :, 3] == 255).all()
    assert not wide[:30, :, 3].any()
    assert not wide[98:, :, 3].any()


def test_edges_keep_their_colour():
    white = drawings.render(svg_job(30, 31, '<circle cx="15" cy="15" r="14" fill="#fff"/>'))
    seen = white[..., 3] > 8
    assert (white[seen][:, :3] > 235).all(), "black of the empty part came into the edge"


def test_pictures_of_the_solid_set_are_resized_with_alpha(tmp_path):
    picture = Image.new("RGBA", (300, 300), (255, 255, 255, 0))
    picture.paste((0, 0, 255, 255), (0, 0, 150, 300))
    picture.save(tmp_path / "1f408.webp", lossless=True)
    made = drawings.render(Job("fluent-3d", "cat", None, tmp_path / "1f408.webp"))
    assert made[64, 20].tolist() == [0, 0, 255, 255]
    assert made[64, 100, 3] == 0
    edge = made[64][(made[64, :, 3] > 20) & (made[64, :, 3] < 235)]
    assert (edge[:, 2] > 235).all()
    assert (edge[:, :2] < 20).all()


@pytest.mark.parametrize("body", ["", "<broken"])
def test_what_cannot_be_seen_or_read_is_no_drawing(body):
    assert drawings.render(svg_job(16, 16, body)) is None


def test_thinned_keeps_the_whole_range():
    jobs = [Job("noto", str(number), None, Path()) for number in range(100)]
    assert [job.label for job in drawings.thinned(jobs, 4)] == ["0", "33", "66", "99"]
    assert drawings.thinned(jobs, None) == jobs
    assert drawings.thinned(jobs, 200) == jobs


def test_code_points_match_without_the_variation_selector():
    assert drawings.bare("2600-FE0F") == drawings.bare("2600")
    assert drawings.bare("0023-FE0F-20E3") == "23-20e3"


@pytest.mark.parametrize(
    ("name", "aliases", "label"),
    [
        ("cat-face", (), "cat face"),
        ("lion-face", (), "lion"),
        ("rose-2", (), "rose"),
        ("catside", (), "cat"),
        ("t-rex", (), "T-Rex"),
        ("bear-head", ("bear",), "bear"),
        ("horse", (), "horse face"),
        ("nothing-known", (), None),
    ],
)
def test_a_set_s_name_finds_its_label(name, aliases, label):
    known = ["cat face", "cat", "lion", "rose", "T-Rex", "bear", "horse face"]
    assert names.find(name, aliases, {names.slug(each): each for each in known}) == label


@pytest.mark.parametrize("name", ["hand-medium-light-skin-tone", "climber-tone1", "boy-medium-dark", "girl-light-2"])
def test_skin_tone_doubles_are_known(name):
    assert names.SKIN.search(name)


@pytest.mark.parametrize("label", ["twelve o’clock", "one-thirty", "heart suit", "speech balloon", "dollar banknote"])
def test_signs_are_left_out(label):
    assert names.LEFT_OUT.search(label)


@pytest.mark.parametrize(
    "label", ["tangerine", "red heart", "bubble tea", "banana", "flashlight", "vertical-traffic-light", "stopwatch"]
)
def test_things_are_not_left_out(label):
    assert not names.LEFT_OUT.search(label)
    assert not names.SKIN.search(label)


def test_what_people_type_is_what_a_drawing_is_called():
    asked = {
        "automobile": "car",
        "sailboat": "boat",
        "deciduous tree": "tree",
        "red apple": "apple",
        "T-Rex": "dinosaur",
    }
    assert {label: names.subject(label) for label in asked} == asked
    assert names.subject("Statue of Liberty") == "statue of liberty"
    assert names.subject("rescue worker’s helmet") == "helmet"


def test_no_table_says_anything_twice():
    assert not set(RENAMED) & {label for label, subject in RENAMED.items() if label == subject}
    assert all(subject not in tags for subject, tags in OTHER_NAMES.items())
    assert all(names.slug(own) != names.slug(label) for own, label in OLD_NAMES.items())


def test_the_text_is_json_that_strangers_read(work):
    assert json.loads((work / "drawings.json").read_text())[0].keys() == {"source", "subject", "tags", "group"}
