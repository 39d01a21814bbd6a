"""The wider mixes: the n-th is the n-th, and what a caption says is what is there and where."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from training import arrangements, drawings, inventions, landscapes, mixes, places
from training.captions import counted, plural
from training.claims import RELATIONS, Claim
from training.decks import Deck, Thing, colourless
from training.people import person_named
from training.pictures import Said
from training.tints import TINTS


@pytest.fixture(scope="module")
def drawn(work):
    return drawings.load(work)


@pytest.fixture(scope="module")
def deck(drawn):
    return Deck(*drawn)


@pytest.mark.parametrize("mix", mixes.MIXES)
def test_the_nth_is_the_nth_however_many_are_made(drawn, mix):
    many = list(mixes.composites(drawn, mix, 5, 6))
    later = list(mixes.composites(drawn, mix, 5, 2, start=3))
    for one, other in zip(later, many[3:5], strict=True):
        assert np.array_equal(one.picture, other.picture)
        assert one[1:] == other[1:]
    assert {each.picture.shape for each in many} == {(128, 128, 3)}
    assert {each.picture.dtype for each in many} == {np.dtype(np.uint8)}
    assert len({each.picture.tobytes() for each in many}) == 6


def test_an_unknown_mix_is_refused(drawn):
    with pytest.raises(KeyError):
        next(mixes.composites(drawn, "sorted", 1, 1))


def test_every_composite_can_be_said_as_a_claim(drawn):
    for mix in mixes.WIDER:
        for each in mixes.composites(drawn, mix, 2, 30):
            words = Claim(*Said(*each[1:])[1:]).words()
            assert words
            assert "None" not in words + each.caption


def test_a_recoloured_thing_is_said_to_be_and_is(drawn):
    for each in mixes.composites(drawn, "tinted", 1, 60):
        assert each.tint in TINTS
        assert f"{each.tint} " in each.caption
        if not each.style and not each.scene:
            near = np.abs(each.picture.astype(int) - TINTS[each.tint]).max(-1) < 40
            assert near.sum() > 150, each.caption


def test_pairs_name_both_and_stand_as_they_say(drawn):
    made = list(mixes.composites(drawn, "pairs", 3, 120))
    ways = Counter(each.relation for each in made)
    assert set(ways) <= set(RELATIONS)
    assert len(ways) >= 6
    for each in made:
        assert each.other
        assert each.tint is None or each.tint in each.caption
        assert each.other_tint is None or each.other_tint in each.caption
        assert each.color not in (each.tint, each.other_tint) or each.color is None


@pytest.mark.parametrize("seed", range(12))
def test_left_is_left_and_on_is_above(deck, seed, monkeypatch):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(arrangements, "LEFT", arrangements.LEFT[:1])
    relation, form, first, second, placed = arrangements.side_by_side(deck, rng)
    (back, left), (front, right) = placed
    assert left.left < right.left
    assert {id(first), id(second)} == {id(back), id(front)}
    if relation == "left of":
        assert first is back
        assert form == "{a} to the left of {b}"
    for way in (arrangements.on_top, arrangements.riding):
        _, _, first, second, placed = way(deck, rng)
        boxes = {id(thing): box for thing, box in placed}
        assert boxes[id(first)].top < boxes[id(second)].top
        assert placed[-1][0] is first
    _, _, first, second, placed = arrangements.underneath(deck, rng)
    boxes = {id(thing): box for thing, box in placed}
    assert boxes[id(first)].bottom > boxes[id(second)].bottom


@pytest.mark.parametrize("number", [2, 3, 4])
def test_counts_are_so_many_separate_spots(number):
    square = Thing(np.full((20, 20, 4), 255, np.uint8), "square", "square")

    class Squares:
        def pick(self, rng, tints, own):
            return square

    for seed in range(40):
        made = arrangements.count(Squares(), np.random.default_rng(seed))
        if made.count == number:
            break
    assert made.count == number
    assert counted("square", number).split()[1] in made.caption


def test_counts_have_their_number_in_the_caption(drawn):
    made = list(mixes.composites(drawn, "counts", 4, 60))
    assert {each.count for each in made} == {2, 3, 4}
    words = {2: ("two ", "2 "), 3: ("three ", "3 "), 4: ("four ", "4 ")}
    assert all(any(word in each.caption for word in words[each.count]) for each in made)


def test_loose_poses_differ_more_than_plain_ones(drawn):
    loose = np.stack([each.picture for each in mixes.several(drawn, "cat", 1, 6)]).astype(np.float32)
    assert np.abs(loose[:, None] - loose[None]).mean() > 15
    assert {each.subject for each in mixes.several(drawn, "cat", 1, 3)} == {"cat"}


@pytest.mark.parametrize("place", places.PLACES)
def test_places_are_drawn_under_every_sky(place):
    views = {sky: landscapes.view(place, sky, np.random.default_rng(3)) for sky in landscapes.SKIES}
    for made in views.values():
        assert made.shape == (128, 128, 3)
        assert made.min() >= 0
        assert made.max() <= 255
        assert made.std() > 3
    assert views["night"].mean() < views["day"].mean() - 40
    assert set(places.NAMES) == set(places.PLACES)


def test_landscapes_say_their_place_and_sky(drawn):
    for each in mixes.composites(drawn, "landscapes", 1, 80):
        assert any(name in each.caption for name in places.NAMES[each.subject])
        told = any(words in each.caption for words in landscapes.SKIES[each.sky].words)
        assert told or each.sky == "day"


@pytest.mark.parametrize("name", inventions.DRAWN)
def test_the_projects_own_drawings_are_whole_and_other_ones_each_time(name):
    made = [inventions.draw(np.random.default_rng(seed), name) for seed in range(6)]
    for called, words, rgba in made:
        assert called == name or name in inventions.PEOPLE
        assert words
        assert rgba.shape == (128, 128, 4)
        assert rgba[..., 3].mean() > 8
    assert len({rgba.tobytes() for *_, rgba in made}) > 1
    again = inventions.draw(np.random.default_rng(2), name)[2]
    assert np.array_equal(again, made[2][2])


def test_there_are_about_sixty_of_them_and_their_other_names_are_theirs():
    assert 50 <= len(inventions.DRAWN) <= 80
    assert set(inventions.NAMES) <= set(inventions.DRAWN)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("woman: red hair", "woman with red hair"),
        ("man: bald", "bald man"),
        ("older person", "old person"),
        ("woman health worker", "woman doctor"),
        ("Santa Claus", "santa claus"),
        ("firefighter", "firefighter"),
        ("waving hand", None),
        ("family: man, woman, boy", None),
        ("ear", None),
        ("person walking: facing right", None),
    ],
)
def test_people_are_called_as_one_types(label, name):
    assert person_named(label) == name


@pytest.mark.parametrize(
    ("words", "many"),
    [
        ("cat", "cats"), ("bus", "buses"), ("fox", "foxes"), ("cherry", "cherries"), ("monkey", "monkeys"),
        ("mouse", "mice"), ("red sheep", "red sheep"), ("glass of wine", "glasses of wine"), ("tomato", "tomatoes"),
        ("grapes", "grapes"), ("watch", "watches"), ("octopus", "octopuses"), ("boat", "boats"),
    ],
)  # fmt: skip
def test_plurals(words, many):
    assert plural(words) == many
    assert counted(words, 3) == f"three {many}"


def test_captions_of_people_read_well(drawn):
    said = [each.caption for each in mixes.composites(drawn, "people", 1, 120)]
    assert not [words for words in said if "portrait of a portrait" in words or "a two" in words]
    assert any("portrait of" in words for words in said)
    assert any(" dress" in words or " shirt" in words or " hair" in words for words in said)


def test_a_recoloured_thing_loses_the_colour_it_was_named_by():
    assert colourless("red apple") == "apple"
    assert colourless("orange") == "orange"
