"""The UNet's pieces: the noise it learns from, its weights, and that the product's own engine can run it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from training import unet
from training.muon import optimizers
from training.recipe import SMOKE


@given(st.floats(1e-4, 1 - 1e-4))
def test_noise_and_v_give_the_clean_latents_back(share):
    generator = torch.Generator().manual_seed(0)
    clean, random = (torch.randn(1, 2, 3, 3, generator=generator, dtype=torch.float64) for _ in range(2))
    share = torch.tensor(share, dtype=torch.float64)
    noisy, v = unet.noised(clean, random, share)
    assert torch.allclose(share.sqrt() * noisy - (1 - share).sqrt() * v, clean)


def test_v_is_diffusers_velocity():
    schedule = unet.noise_schedule()
    timesteps = torch.tensor([0, 400, 999])
    clean, random = torch.randn(2, 3, 8, 4, 4, generator=torch.Generator().manual_seed(0))
    share = schedule.alphas_cumprod[timesteps][:, None, None, None]
    noisy, v = unet.noised(clean, random, share)
    assert torch.allclose(noisy, schedule.add_noise(clean, random, timesteps))
    assert torch.allclose(v, schedule.get_velocity(clean, random, timesteps))


def test_timesteps_are_one_of_each_part_and_any_row_may_have_any_of_them():
    noise = torch.Generator().manual_seed(0)
    batches = torch.stack([unet.spread(100, 1000, noise) for _ in range(400)])
    assert torch.equal(batches.sort().values // 10, torch.arange(100).expand(400, 100))
    assert (batches.float().mean(0) - 499.5).abs().max() < 5 * 1000 / 12**0.5 / 400**0.5
    assert set(batches.flatten().tolist()) == set(range(1000))


def test_the_largest_number_below_one_gives_no_timestep_beyond_the_last(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *shape, generator: torch.full(shape, 1 - 2**-24))
    assert unet.spread(96, 1000, torch.Generator()).max() == 999


def test_every_parameter_has_one_optimizer():
    network = unet.fresh(SMOKE)
    muon, rest = optimizers(network, 1e-3, unet.between_features)
    inner, outer = ({id(p) for p in optimizer.param_groups[0]["params"]} for optimizer in (muon, rest))
    assert inner & outer == set()
    assert inner | outer == {id(p) for p in network.parameters()}
    assert {id(network.conv_in.weight), id(network.conv_norm_out.weight)} <= outer
    assert id(network.mid_block.resnets[0].conv1.weight) in inner


def test_what_is_kept_of_the_weights_before_is_that_share_of_each():
    learned, before = (unet.fresh(replace(SMOKE, seed=seed)) for seed in (1, 2))
    ends = [{name: p.clone() for name, p in each.named_parameters()} for each in (learned, before)]
    unet.mix(learned, before.half(), 0.25)
    for name, mixed in learned.named_parameters():
        assert torch.allclose(mixed, 0.75 * ends[0][name] + 0.25 * ends[1][name], atol=1e-3), name
    with pytest.raises(ValueError, match="kept = 1"):
        replace(SMOKE, kept=1.0)


def test_the_pooled_text_reaches_blocks_without_attention():
    network = unet.fresh(SMOKE).eval()
    text = torch.randn(2, 77, SMOKE.text_width, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        one, other = (network.add_embedding(each[None]) for each in text)
    assert not torch.allclose(one, other)
