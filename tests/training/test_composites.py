"""Composites: the n-th is the n-th, nothing is clipped, alpha is right, and captions say what is shown."""

from collections import Counter
from itertools import islice

import numpy as np
import pytest

from training import composites, drawings, scenes, styles, subjects
from training.captions import caption, with_article
from training.composites import MIXED, MIXES, PLAIN
from training.drawings import Drawing


@pytest.fixture(scope="module")
def drawn(work):
    return drawings.load(work)


def same(one, other) -> bool:
    return np.array_equal(one.picture, other.picture) and one[1:] == other[1:]


@pytest.mark.parametrize("mix", MIXES)
def test_the_nth_is_the_nth_however_many_are_made(drawn, mix):
    many = list(composites.composites(drawn, mix, 5, 12))
    few = list(composites.composites(drawn, mix, 5, 4))
    later = list(composites.composites(drawn, mix, 5, 3, start=6))
    assert all(map(same, few, many))
    assert all(map(same, later, many[6:]))
    assert many[0].picture.shape == (128, 128, 3)
    assert many[0].picture.dtype == np.uint8


def test_other_seeds_and_mixes_are_other_composites(drawn):
    first = [next(composites.composites(drawn, mix, seed, 1)) for mix in MIXES for seed in (1, 2)]
    assert len({composite.picture.tobytes() for composite in first}) == 2 * len(MIXES)


def test_plain_is_core_subjects_without_paint_mostly_on_white(drawn):
    made = list(composites.composites(drawn, "plain", 1, 300))
    core = set(subjects.core(drawn[1]))
    assert {composite.subject for composite in made} <= core
    assert not any(composite.style for composite in made)
    kinds = Counter("scene" if c.scene else "color" if c.color else "white" for c in made)
    assert kinds["white"] > kinds["color"] > 0
    assert kinds["white"] > kinds["scene"] > 0


def test_mixed_has_all_of_it(drawn):
    made = list(composites.composites(drawn, "mixed", 1, 400))
    assert {composite.style for composite in made} == {None, *styles.STYLES}
    assert {composite.scene for composite in made} == {None, *scenes.SCENES}
    assert {composite.color for composite in made} == {None, *scenes.COLORS}
    assert not any(c.scene and c.color for c in made)
    assert not any(c.color for c in made if c.style in styles.COLORLESS)


def test_painted_is_core_subjects_mostly_in_a_style(drawn):
    made = list(composites.composites(drawn, "painted", 1, 300))
    assert {composite.subject for composite in made} <= set(subjects.core(drawn[1]))
    styled = Counter(composite.style for composite in made)
    assert set(styled) == {None, *styles.STYLES}
    assert 30 < styled[None] < 100
    assert {composite.scene for composite in made} == {None, *scenes.SCENES}


def test_captions_name_what_is_shown(drawn):
    names = {row.subject: {row.subject, row.subject.removesuffix(" face"), *row.tags} for row in drawn[1]}
    for composite in islice(composites.composites(drawn, "mixed", 2, 200), 200):
        said = composite.caption
        assert any(name in said for name in names[composite.subject])
        for chosen, words in ((composite.scene, scenes.SCENES), (composite.style, styles.STYLES)):
            assert chosen is None or any(word in said for word in words[chosen])
        assert composite.color is None or f"{composite.color} background" in said


def test_weights_are_the_subjects_not_the_number_of_their_drawings():
    rows = [
        *(Drawing(source, "cat", (), "animals") for source in ("noto", "twemoji", "fluent-emoji", "fluent-emoji-flat")),
        *(Drawing(source, "dog", (), "animals") for source in ("noto", "twemoji", "fluent-3d")),
        *(Drawing(source, "yak", (), "animals") for source in ("noto", "twemoji")),
    ]
    weights = composites.weigh(rows, PLAIN)
    assert weights.sum() == pytest.approx(1)
    assert weights[:4].sum() == pytest.approx(weights[4:7].sum()) == pytest.approx(PLAIN.common / 2)
    assert weights[6] == 0, "the 3D set looks otherwise"
    mixed = composites.weigh([Drawing("noto", "man", (), "people"), rows[0]], MIXED)
    assert mixed[0] < mixed[1] / 5


def test_drawings_that_fit_no_mix_are_refused():
    rows = [Drawing("fxemoji", "cat", (), "animals")]
    with pytest.raises(ValueError, match="none of the 1 drawings is fit for the mix 'plain'"):
        next(composites.composites((np.zeros((1, 128, 128, 4), np.uint8), rows), "plain", 1, 1))


@pytest.mark.parametrize("mix", MIXES.values(), ids=MIXES)
@pytest.mark.parametrize("before_scene", [True, False])
def test_nothing_is_clipped_and_nothing_bleeds(mix, before_scene):
    rgba = np.zeros((128, 128, 4), np.uint8)
    rgba[..., :3] = (0, 255, 0)  # of the invisible part, which must not be seen
    rgba[8:120, 8:120] = (255, 0, 0, 255)
    for seed in range(30):
        behind = np.full((128, 128, 3), 255, np.float32)
        made = composites.placed(rgba, behind, mix, before_scene, np.random.default_rng(seed))
        seen = made[..., 1] < 250
        assert not seen[[0, -1]].any()
        assert not seen[:, [0, -1]].any()
        assert (made[..., 0] > 250).all(), "green or black bled into the edge"
        smallest = (mix.scenic_sizes if before_scene else mix.sizes)[0] * 112
        assert seen.any(0).sum() >= smallest - 2


def test_half_transparent_parts_show_what_is_behind():
    rgba = np.zeros((128, 128, 4), np.uint8)
    rgba[...] = (255, 0, 0, 128)
    made = composites.placed(rgba, np.zeros((128, 128, 3), np.float32), PLAIN, False, np.random.default_rng(0))
    assert made[64, 64] == pytest.approx((128, 0, 0), abs=1)


def test_names_are_tags_now_and_then():
    rng = np.random.default_rng(0)
    boat = Drawing("noto", "boat", ("sailboat", "sailing boat"), "vehicles")
    said = Counter(composites.called(boat, rng) for _ in range(600))
    assert said["boat"] > said["sailboat"] > said["sailing boat"] > 10
    face = Drawing("noto", "cat face", (), "animals")
    assert {composites.called(face, rng) for _ in range(50)} == {"cat", "cat face"}
    smile = Drawing("noto", "smiling face", (), "faces")
    assert {composites.called(smile, rng) for _ in range(50)} == {"smiling face"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("owl", "an owl"),
        ("unicorn", "a unicorn"),
        ("ufo", "a ufo"),
        ("umbrella", "an umbrella"),
        ("hourglass", "an hourglass"),
        ("grapes", "grapes"),
        ("bus", "a bus"),
        ("compass", "a compass"),
        ("octopus", "an octopus"),
        ("glass of wine", "a glass of wine"),
        ("sushi", "sushi"),
        ("eiffel tower", "the eiffel tower"),
        ("mount fuji", "mount fuji"),
        ("two people holding hands", "two people holding hands"),
        ("mrs. claus", "mrs. claus"),
        ("oil painting", "an oil painting"),
    ],
)
def test_articles(words, said):
    assert with_article(words) == said


def test_plain_captions():
    assert caption("dog") == "a dog"
    assert caption("dog", "beach", "watercolor") == "a watercolor painting of a dog at the beach"
    assert caption("apple", color="blue") == "an apple on a blue background"
    assert caption("car", source="fluent-3d") == "a 3d render of a car"
    assert caption("cat", "snow", "pixel art", source="noto") == "a pixel art of a cat in the snow"


def test_captions_by_lot_have_every_form():
    rng = np.random.default_rng(0)
    said = {caption("dog", "sunset", "oil painting", rng=rng) for _ in range(200)}
    assert len(said) == 5 * len(scenes.SCENES["sunset"]) * len(styles.STYLES["oil painting"])
    assert "dog at sunset, oil painting" in said
