import re

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny

from training.autoencoder import as_tensor
from training.judge import Judge
from training.likeness import Likeness
from training.machines import this_machine


class Counting:
    """Stands in for the sentence encoder, and counts."""

    def __init__(self):
        self.texts = []

    def embed(self, texts):
        self.texts += texts
        return np.eye(32, dtype=np.float32)[[len(text) for text in texts]]


def tiny_vae() -> AutoencoderTiny:
    """Eight times smaller latents, as the bundled one's."""
    blocks = {f"{part}_block_out_channels": (16,) * 4 for part in ("encoder", "decoder")}
    return AutoencoderTiny(**blocks, latent_channels=8, scaling_factor=2.0)


@pytest.fixture
def likeness():
    torch.manual_seed(0)
    return Likeness(Judge(8, 16, 32), tiny_vae(), Counting(), this_machine("cpu"))


def test_cosines_of_pictures_and_texts(likeness):
    pictures = np.random.default_rng(0).integers(0, 255, (3, 128, 128, 3), dtype=np.uint8)
    found = likeness.likeness(pictures, ["a cat", "a horse"])
    assert found.shape == (3, 2)
    assert (np.abs(found) <= 1).all()
    assert np.allclose(np.linalg.norm(likeness.see(pictures), axis=1), 1, atol=1e-5)


def test_the_judge_gets_scaled_latents(likeness):
    pictures = np.random.default_rng(0).integers(0, 255, (2, 128, 128, 3), dtype=np.uint8)
    with torch.no_grad():
        seen = likeness._judge(2 * likeness._vae.encode(as_tensor(pictures)).latents)
    assert np.allclose(likeness.see(pictures), seen.numpy(), atol=1e-4)


def test_another_judge_has_another_name(likeness):
    def named(judge):
        return Likeness(judge, tiny_vae(), Counting(), this_machine("cpu")).name

    assert named(likeness._judge) == likeness.name
    assert named(Judge(8, 16, 32)) != likeness.name
    assert re.fullmatch("[0-9a-f]{8}", likeness.name)


def test_a_text_is_read_once(likeness):
    likeness.read(["a cat", "a dog", "a cat"])
    likeness.read(["a dog"])
    assert likeness._teacher.texts == ["a cat", "a dog"]


def test_a_folder_without_a_judge_says_what_makes_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="judge is missing: python -m training"):
        Likeness.load(tmp_path)


def test_it_comes_from_a_work_folder(likeness, tmp_path):
    likeness._judge.save_pretrained(tmp_path / "judge")
    likeness._vae.save_pretrained(tmp_path / "vae")
    again = Likeness.load(tmp_path, Counting())
    pictures = np.full((1, 128, 128, 3), 200, np.uint8)
    assert np.allclose(again.see(pictures), likeness.see(pictures), atol=1e-3)
