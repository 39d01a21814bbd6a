import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from training import judge as stage
from training.claims import Claim
from training.judge import Judge, Lessons, augmented, claim_of, contrast, fresh, taught, texts_of
from training.pictures import Said
from training.recipe import SMOKE, Pace
from training.steps import draws

RECIPE = replace(SMOKE, judge=Pace(steps=6, rows=8, peak=1e-3, warmup=1))
SAID = [
    Said("a puppy at the beach", "dog", "beach", None, None),
    Said("a dog", "dog", None, None, None),
    Said("blueprint of a cat", "cat", None, "blueprint", "red"),
    Said("a cat on a red background", "cat", None, None, "red"),
] * 4


def vectors_of(texts: Sequence[str], width: int = 32) -> np.ndarray:
    """A stand-in for the sentence encoder: texts that share words are near each other."""
    words = {word: list(hashlib.sha256(word.encode()).digest()) for text in texts for word in text.split()}
    places = {word: np.random.default_rng(seed).standard_normal(width) for word, seed in words.items()}
    rows = np.stack([sum(places[word] for word in text.split()) for text in texts]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def lessons() -> Lessons:
    texts = texts_of(SAID)
    return Lessons(SAID, texts, vectors_of(texts))


@pytest.fixture
def seen() -> torch.Tensor:
    """Latents: a plane a subject and attribute, with a little noise."""
    planes = [
        [say.subject == "dog", say.scene == "beach", say.style == "blueprint", say.color == "red"] for say in SAID
    ]
    levels = torch.tensor(planes, dtype=torch.float32).repeat(1, 2) * 2 - 1
    return levels[:, :, None, None] + 0.1 * torch.randn(16, 8, 16, 16, generator=draws(1, "seen", 0).noise)


def test_it_answers_with_unit_rows_for_any_size():
    judge = fresh(RECIPE, 8, 32)
    for side in (16, 24):
        assert torch.allclose(judge(torch.randn(3, 8, side, side)).norm(dim=1), torch.ones(3), atol=1e-5)


def test_the_bundled_models_judge_has_about_4_million_weights():
    assert 2e6 < sum(weight.numel() for weight in Judge().parameters()) < 4.5e6


def test_it_comes_back_from_its_folder(tmp_path):
    judge = fresh(RECIPE, 8, 32).eval()
    judge.save_pretrained(tmp_path / "judge")
    again = Judge.from_pretrained(tmp_path / "judge").eval()
    latents = torch.randn(2, 8, 16, 16)
    assert torch.equal(judge(latents), again(latents))
    assert again.config.embedding == 32


def test_the_loss_is_small_when_pictures_find_their_claims():
    rows = torch.eye(4)
    nothing = torch.zeros(4, 4, dtype=torch.bool)
    right, share = contrast(rows, rows, nothing, torch.tensor(3.0))
    wrong, none = contrast(rows, rows.roll(1, 0), nothing, torch.tensor(3.0))
    assert right < 0.01
    assert wrong > 10
    assert (share, none) == (1.0, 0.0)


def test_claims_that_are_true_as_well_neither_attract_nor_repel():
    rows = torch.nn.functional.normalize(torch.randn(3, 8), dim=1)
    targets = torch.cat([rows, rows[:1]])  # the last is as true of the first picture as its own
    forbidden = torch.zeros(3, 4, dtype=torch.bool)
    forbidden[0, 3] = True
    with_it, _ = contrast(rows[:1], targets[[0, 3]], forbidden[:1, [0, 3]], torch.tensor(2.0))
    assert with_it == 0


def test_a_batch_holds_true_claims_and_masks_what_else_is_true(lessons):
    rows = np.arange(4)
    targets, forbidden = lessons.batch(rows, np.random.default_rng(0))
    assert targets.shape == (10, 32)  # a true claim and a wrong one a picture, and the names of the two subjects
    assert torch.allclose(targets.norm(dim=1), torch.ones(10), atol=1e-5)
    assert forbidden.shape == (4, 10)
    assert forbidden[:, 8:].tolist() == [[False, True]] * 2 + [[True, False]] * 2
    assert not forbidden.diagonal().any()
    assert not forbidden[:2, 2:4].any()  # no claim about a cat is true of a dog


def test_every_text_of_a_lesson_is_among_those_that_are_embedded():
    said = [*SAID[:4], Said("blueprint of a cat in a forest", "cat", "forest", "blueprint", None)]
    texts = texts_of(said)
    lessons = Lessons(said, texts, vectors_of(texts))
    for step in range(40):
        lessons.batch(np.arange(5), np.random.default_rng(step))


def test_styles_without_colours_leave_the_colour_out():
    assert claim_of(SAID[2]) == Claim("cat", style="blueprint")
    assert claim_of(SAID[3]) == Claim("cat", color="red")


def test_augmenting_keeps_the_shape_and_moves_by_a_pixel_at_most():
    ramp = torch.arange(16.0).expand(1, 8, 16, 16) * 100
    for step in range(8):
        moved = augmented(ramp, *draws(1, "ramp", step))
        assert moved.shape == ramp.shape
        assert ((moved - ramp).abs() <= 100 * stage.SHIFT + 6 * stage.NOISE).all()


def test_it_learns_what_pictures_show(lessons, seen, tmp_path):
    recipe = replace(RECIPE, judge=Pace(steps=40, rows=12, peak=4e-3, warmup=5))
    judge = taught(seen, lessons, recipe, tmp_path / "judge.pt")
    claims = [Claim("dog", scene="beach"), Claim("dog"), Claim("cat", style="blueprint"), Claim("cat", color="red")]
    with torch.no_grad():
        scores = judge(seen[:4]) @ torch.from_numpy(vectors_of([claim.words() for claim in claims])).T
    assert scores.argmax(1).tolist() == [0, 1, 2, 3]


def test_a_killed_training_ends_in_the_same_judge(lessons, seen, tmp_path, monkeypatch):
    once = taught(seen, lessons, RECIPE, tmp_path / "once.pt").state_dict()
    real = stage.train
    monkeypatch.setattr(stage, "train", lambda *given: real(*given, stop_after=2))
    for _ in range(3):
        again = taught(seen, lessons, RECIPE, tmp_path / "again.pt").state_dict()
    assert all(torch.equal(again[name], once[name]) for name in once)
