"""Companions of a model: what they draw, what they are refused for, and that nothing is fetched for them unasked."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from explorer.engine import companions, hub, models
from explorer.engine.companions import FEW, fold, join, suits
from explorer.engine.drafts import DraftRender, seconds_of_a_draft
from explorer.engine.engine import Engine, Frame
from explorer.engine.families import ModelError
from explorer.engine.models import from_pipeline
from explorer.engine.networks import DiffusersNetworks
from explorer.experiments.guidance_sweep import GuidanceSweep
from explorer.experiments.noise_loop import NoiseLoop
from tests.tiny import tiny_sd, tiny_sdxl

TEXT = ("text_encoder", "tokenizer", "vae")


@pytest.fixture
def pipe():
    return tiny_sd()


@pytest.fixture
def engine(pipe) -> Engine:
    return Engine(DiffusersNetworks(from_pipeline(pipe, "own")))


def saved(pipe, folder: Path) -> str:
    pipe.save_pretrained(folder)
    return str(folder)


def relative(pipe, seed: int = 1):
    """Another UNet over the same text encoder and autoencoder."""
    return type(pipe)(**{**tiny_sd(seed=seed).components, **{part: getattr(pipe, part) for part in TEXT}})


def loop(engine: Engine, **settings):
    return NoiseLoop(frames=3, width=32, height=32, **settings).resolved(engine.defaults).plan(engine)


def pictures(engine: Engine, plan) -> list[bytes]:
    return [event.png for event in DraftRender(engine, plan) if isinstance(event, Frame)]


def joined(engine: Engine, name: str, model: str = "own") -> None:
    join(engine, model, name, device="cpu", dtype="float32")


def test_drafts_are_those_that_the_companion_draws_of_the_prompt_alone_and_nothing_is_kept(engine, pipe, tmp_path):
    before = pictures(engine, loop(engine))
    joined(engine, saved(relative(pipe), tmp_path / "few"))
    plan = loop(engine)
    assert engine.defaults.guidance_scale not in (0, 1)
    render = DraftRender(engine, plan)
    drafts = [event.png for event in render if isinstance(event, Frame)]
    assert drafts != before
    assert render.rows.run == 3 * FEW.num_inference_steps  # a row a step: the prompt alone
    other = Engine(engine.companion.networks)
    assert drafts == pictures(other, loop(other, guidance_scale=1.0))
    assert not any(key in engine.store for key in render.keys)
    assert engine.price(plan).stored == 0
    engine.warm_up()
    assert seconds_of_a_draft(engine) > 0


def test_what_it_cannot_draw_the_model_draws_itself(engine, pipe, tmp_path):
    plans = [
        loop(engine, guidance_scale=3.0),
        loop(engine, negative_prompt="grey"),
        GuidanceSweep(scales=(1, 4), width=32, height=32).resolved(engine.defaults).plan(engine),
    ]
    before = [pictures(engine, plan) for plan in plans]
    joined(engine, saved(relative(pipe), tmp_path / "few"))
    assert suits(engine, loop(engine))
    assert not any(suits(engine, plan) for plan in plans)
    assert [pictures(engine, plan) for plan in plans] == before


def test_pictures_signature_and_price_are_the_models_own(engine, pipe, tmp_path):
    plan = loop(engine)
    before = engine.model, engine.price(plan), engine.render(plan).keys
    joined(engine, saved(relative(pipe), tmp_path / "few"))
    assert (engine.model, engine.price(plan), engine.render(plan).keys) == before


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (lambda: tiny_sd(cross_attention_dim=48), "gives another shape of prompt_embeds than that of own"),
        (lambda: tiny_sd(seed=5), "the text encoder of .* is another than that of own"),
        (tiny_sdxl, "gives another shape of prompt_embeds"),
    ],
)
def test_one_that_does_not_fit_is_refused_in_a_sentence(engine, tmp_path, other, sentence):
    folder = saved(other(), tmp_path / "other")
    with pytest.raises(ModelError, match=f"^--draft-model {re.escape(folder)}: .*{sentence}"):
        joined(engine, folder)
    assert engine.companion is None


def test_other_latents_are_refused(engine):
    networks = DiffusersNetworks(from_pipeline(tiny_sd(), "other"))
    networks.factor = 8
    with pytest.raises(ModelError, match="other draws 4 channels of latents at 1/8 of the picture's side, and own 4"):
        companions.check(engine, networks, "other")


def lora(pipe, scale: float = 1.0, key: str = "lora_unet_{}") -> dict[str, torch.Tensor]:
    """A LoRA of rank 2 with alpha 1 on a linear and a convolutional layer, in the names of kohya's trainer."""
    torch.manual_seed(3)
    tensors = {}
    modules = dict(pipe.unet.named_modules())
    attention = next(name for name in modules if name.endswith("attn2.to_q"))
    for layer in (attention, "down_blocks.0.resnets.0.conv1"):
        out, into, *kernel = modules[layer].weight.shape
        stem = key.format(layer.replace(".", "_"))
        tensors[f"{stem}.lora_down.weight"] = torch.randn(2, into, *kernel) * scale
        tensors[f"{stem}.lora_up.weight"] = torch.randn(out, 2, *[1] * len(kernel)) * scale
        tensors[f"{stem}.alpha"] = torch.tensor(1.0)
    return tensors


def test_a_lora_is_added_to_the_models_own_unet(pipe, tmp_path):
    folder = saved(pipe, tmp_path / "own")
    engine = Engine(DiffusersNetworks(models.load(folder, device="cpu", dtype="float32")))
    before = pictures(engine, loop(engine))
    save_file(lora(pipe), tmp_path / "few.safetensors")
    joined(engine, str(tmp_path / "few.safetensors"), folder)
    assert engine.companion.networks.signature != engine.networks.signature
    assert pictures(engine, loop(engine)) != before
    weights = tiny_sd().unet.down_blocks[0].resnets[0].conv1.weight
    down, up = (tensor for name, tensor in lora(pipe).items() if "resnets" in name and name.endswith("weight"))
    fold(pipe.unet, lora(pipe), "few")
    expected = weights + 0.5 * torch.einsum("or,rikl->oikl", up[:, :, 0, 0], down)
    assert torch.allclose(pipe.unet.down_blocks[0].resnets[0].conv1.weight, expected, atol=1e-5)


def test_a_lora_of_another_network_is_refused(pipe):
    with pytest.raises(ModelError, match=r"few changes lora_te_.*, which is no layer of this UNet"):
        fold(pipe.unet, lora(pipe, key="lora_te_{}"), "few")
    wide = {name: torch.cat([t, t]) if "lora_up" in name else t for name, t in lora(pipe).items()}
    with pytest.raises(ModelError, match="few is made for another shape"):
        fold(pipe.unet, wide, "few")


def test_unasked_only_the_pairs_are_looked_for_and_only_in_the_cache(engine, monkeypatch):
    asked: list[tuple] = []

    def load(name: str, **options):
        asked.append((name, options["local_files_only"]))
        raise ModelError("it is not on this machine")

    monkeypatch.setattr(models, "load", load)
    monkeypatch.setattr(hub, "model_info", lambda *_args, **_kwargs: pytest.fail("the hub was asked"))
    for model in ("pocket", "sd15", "own", "sd21", "sdxl", "sd-turbo"):
        join(engine, model)
        join(engine, model, "none")
    assert asked == [("sd-turbo", True), ("sdxl-turbo", True)]
    assert engine.companion is None
    with pytest.raises(ModelError, match="--draft-model sd-turbo: it is not on this machine"):
        join(engine, "sd15", "sd-turbo")
    assert asked[-1] == ("sd-turbo", False)


def test_one_in_the_cache_that_fits_is_taken_unasked(engine, pipe, monkeypatch, tmp_path):
    folder, load = saved(relative(pipe), tmp_path / "few"), models.load
    monkeypatch.setattr(models, "load", lambda _name, **options: load(folder, **options))
    join(engine, "sd21", device="cpu", dtype="float32")
    assert dataclasses.astuple(engine.companion.defaults.draft) == (4, "Euler")
