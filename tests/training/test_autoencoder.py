"""The autoencoder's pieces: crops, losses that are 0 where they must be, figures against their definition."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from training import autoencoder
from training.machines import Machine
from training.recipe import SMOKE

CPU = Machine(torch.device("cpu"), None)
NOISE = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3), dtype=np.uint8)


def test_crops_are_pieces_of_the_pictures():
    batch = autoencoder.crops(NOISE, 4, np.random.default_rng(1))
    assert batch.shape == (4, 3, 64, 64)
    seen = autoencoder.as_tensor(NOISE).unfold(2, 64, 1).unfold(3, 64, 1)
    for crop in batch:
        assert (seen == crop[None, :, None, None]).all(dim=(1, 4, 5)).any()


def test_as_tensor_spans_minus_one_to_one():
    ends = np.array([[[[0, 255, 128]]]], dtype=np.uint8)
    assert autoencoder.as_tensor(ends).flatten().tolist() == pytest.approx([-1, 1, 128 / 127.5 - 1], abs=1e-6)


def test_the_gradient_loss_knows_edges_and_not_brightness():
    picture = autoencoder.as_tensor(NOISE[:1])
    assert autoencoder.gradient_loss(picture + 0.3, picture) < 1e-6
    assert autoencoder.gradient_loss(torch.zeros_like(picture), picture) > 0.1


def test_moments_are_zero_for_unit_latents():
    latents = torch.randn(4, 8, 16, 16, dtype=torch.float64)
    latents = (latents - latents.mean((0, 2, 3), keepdim=True)) / latents.std((0, 2, 3), keepdim=True, correction=0)
    assert autoencoder.moments(latents) < 1e-8
    assert autoencoder.moments(latents * 2) == pytest.approx(9, rel=1e-4)
    assert autoencoder.moments(latents + 1) == pytest.approx(2, rel=1e-4)


def test_psnr_is_its_definition():
    vae = autoencoder.fresh(SMOKE).eval()
    picture = autoencoder.as_tensor(NOISE[:1])
    with torch.no_grad():
        decoded = vae.decode(vae.encode(picture).latents).sample.clamp(-1, 1)
    error = ((decoded - picture) * 127.5).square().mean().item()
    assert autoencoder.psnr(vae, NOISE[:1], CPU) == pytest.approx(20 * np.log10(255 / error**0.5), abs=1e-3)


def test_scaled_latents_have_variance_one():
    vae = autoencoder.normalised(autoencoder.fresh(SMOKE).eval(), NOISE, CPU)
    scaled = autoencoder.encode(vae, NOISE, CPU) * vae.config.scaling_factor
    assert scaled.std() == pytest.approx(1, abs=1e-3)


def test_fresh_weights_follow_from_the_seed():
    one, same = autoencoder.fresh(SMOKE), autoencoder.fresh(SMOKE)
    assert all(map(torch.equal, one.parameters(), same.parameters()))
