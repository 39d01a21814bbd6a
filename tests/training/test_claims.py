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
