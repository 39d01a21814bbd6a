import numpy as np
import pytest

from training.claims import VALUES, Claim, shorter, truth

WHOLE = Claim("dog", scene="beach", style="watercolor")


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim("dog"), "a dog"),
        (Claim("owl", color="orange"), "an owl on an orange background"),
        (WHOLE, "a watercolor painting of a dog at the beach"),
    ],
)
def test_a_claim_reads_like_a_caption(claim, words):
    assert claim.words() == words


def test_shorter_claims_are_true_and_leave_something_out():
    claims = shorter(WHOLE)
    assert claims == [Claim("dog"), Claim("dog", scene="beach"), Claim("dog", style="watercolor")]
    assert truth([WHOLE], claims).all()


def test_every_alternative_exchanges_one_attribute_and_is_false():
    others = WHOLE.alternatives()
    assert len(others) == len(set(others)) == len(VALUES["scene"]) + len(VALUES["style"]) - 2
    assert all(sum(a != b for a, b in zip(WHOLE, other, strict=True)) == 1 for other in others)
    assert not truth([WHOLE], others).any()


def test_a_claim_is_true_of_every_picture_that_shows_it():
    said = [Claim("dog", scene="beach"), Claim("dog"), Claim("cat", scene="beach")]
    claims = [Claim("dog"), Claim("dog", scene="beach"), Claim("cat", color="red")]
    assert np.array_equal(truth(said, claims), [[True, True, False], [True, False, False], [False, False, False]])


PAIR = Claim("car", tint="red", other="house", other_tint="blue", relation="left of")


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim("cat", tint="blue"), "a blue cat"),
        (Claim("apple", tint="red", count=3, color="yellow"), "three red apples on a yellow background"),
        (PAIR, "a red car to the left of a blue house"),
        (Claim("cat", other="dog", relation="beside", scene="beach"), "a cat and a dog at the beach"),
        (Claim("mountains", sky="sunrise", style="watercolor"), "a watercolor painting of mountains at sunrise"),
    ],
)
def test_wider_claims_read_like_captions(claim, words):
    assert claim.words() == words


def test_what_a_pair_shows_is_true_of_it_in_parts():
    claims = shorter(PAIR)
    words = [claim.words() for claim in claims]
    assert {"a car", "a red car", "a house", "a blue house", "a car and a house", "a red car and a blue house"} < set(
        words
    )
    assert truth([PAIR], claims).all()


def test_exchanged_colours_and_sides_are_false():
    others = PAIR.alternatives()
    words = {claim.words() for claim in others}
    assert {"a blue car to the left of a red house", "a blue house to the left of a red car"} < words
    assert not truth([PAIR], others).any()


def test_counts_and_colours_are_told_apart():
    said = [Claim("cat", count=2), Claim("cat"), Claim("cat", other="cat", relation="beside")]
    claims = [Claim("cat"), Claim("cat", count=2), Claim("cat", count=3), Claim("cat", tint="red")]
    expected = [[True, True, False, False], [True, False, False, False], [True, True, False, False]]
    assert np.array_equal(truth(said, claims), expected)


def test_who_rides_something_is_on_it_but_not_the_other_way_round():
    riding = Claim("dog", other="horse", relation="riding")
    on = riding._replace(relation="on")
    assert truth([riding, on], [riding, on]).tolist() == [[True, True], [False, True]]
