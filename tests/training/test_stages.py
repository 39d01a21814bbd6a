"""Every stage on the smoke recipe: it runs, it is not run twice, and a kill in the middle changes no weight."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline
from safetensors.torch import load_file

from explorer.engine.models import load
from training import __main__ as training
from training import (
    autoencoder,
    latents,
    painting,
    parts,
    small_decoder,
    steps,
    text_encoder,
    timing,
    tokenizer,
    unet,
    variants,
)
from training.machines import this_machine
from training.recipe import POCKET, SMOKE, Portion
from training.text_states import TextStates, read
from training.unet import counts

LEARNING = {
    "autoencoder": "vae",
    "text_encoder": "text_encoder",
    "small_decoder": "small_decoder",
    "unet": "unet",
    "judge": "judge",
}


class Killed(Exception):
    """What a kill is here."""


@pytest.fixture(scope="module")
def whole(work, tmp_path_factory) -> Path:
    """A work folder after all stages, none of them stopped."""
    folder = shutil.copytree(work, tmp_path_factory.mktemp("whole"), dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:  # of all stages, the report of the pictures' steps takes longest
        for module, name, value in (
            (painting, "STEPS", 2),
            (painting, "BATCH", 6),
            (timing, "STEPS", 2),
            (timing, "FILM", 2),
        ):
            patch.setattr(module, name, value)
        training.main(["--recipe", "smoke", "--folder", str(folder)])
    return folder


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return {
        f"{file.parent.name}/{name}": tensor
        for file in sorted(folder.glob("*/*.safetensors"))
        for name, tensor in load_file(file).items()
    }


def test_the_packed_model_is_one_that_diffusers_and_the_explorer_load(whole):
    pipeline = StableDiffusionPipeline.from_pretrained(whole / "pocket", dtype=torch.float32)
    assert pipeline.unet.config.addition_embed_type == "text"
    picture = pipeline("a cat", num_inference_steps=2, output_type="np", height=128, width=128).images[0]
    assert picture.shape == (128, 128, 3)
    assert np.isfinite(picture).all()
    assert load(str(whole / "pocket"), device="cpu", dtype="float32").name
    assert {tensor.dtype for tensor in weights(whole / "pocket").values()} <= {torch.float16, torch.int64}


def test_a_second_run_makes_nothing_again(whole):
    before = {file: file.stat().st_mtime_ns for file in whole.rglob("*.pt")}
    assert before
    training.main([*training.STAGES[:11], "--recipe", "smoke", "--folder", str(whole)])
    assert {file: file.stat().st_mtime_ns for file in whole.rglob("*.pt")} == before


@pytest.mark.parametrize("stage", LEARNING)
def test_a_killed_stage_ends_in_the_same_weights(whole, stage, tmp_path, monkeypatch):
    made = LEARNING[stage]
    folder = shutil.copytree(whole, tmp_path / "killed", ignore=shutil.ignore_patterns(made, f"{made}.*", "sources"))
    (folder / "sources").symlink_to(whole / "sources")
    real = steps.train

    def killed(*arguments, **options):
        real(*arguments, **options, stop_after=2)
        raise Killed

    module = training.importlib.import_module(f"training.{stage}")
    monkeypatch.setattr(module, "train", killed)
    with pytest.raises(Killed):
        module.run(folder, SMOKE)
    monkeypatch.setattr(module, "train", real)
    module.run(folder, SMOKE)
    again, once = weights(folder), weights(whole)
    mine = [name for name in once if name.startswith(f"{made}/")]
    assert mine
    assert all(torch.equal(again[name], once[name]) for name in mine)


def test_latents_are_whole_after_a_kill(whole, tmp_path):
    folder = shutil.copytree(whole, tmp_path / "killed", ignore=shutil.ignore_patterns("sources", "pocket"))
    lost = next(iter(sorted((folder / "latents").glob("plain-*.npy"))))
    lost.unlink()
    latents.run(folder, SMOKE)
    assert np.array_equal(np.load(lost), np.load(whole / "latents" / lost.name))


def test_parts_of_a_finished_model_are_taken_as_they_are_and_its_unet_is_gone_on_from(whole, tmp_path, monkeypatch):
    recipe = replace(SMOKE, start=str(whole / "pocket"))
    for name in ("drawings.npy", "drawings.json", "latents"):
        (tmp_path / name).symlink_to(whole / name)
    for stage in (parts, autoencoder, tokenizer, text_encoder):
        stage.run(tmp_path, recipe)
    assert not list(tmp_path.glob("*.pt")), "a part was trained"
    once, again = weights(whole / "pocket"), weights(tmp_path)
    for part, made in (("vae", "vae"), ("text_encoder", "text_encoder"), ("unet", "start")):
        mine = {name.partition("/")[2]: weight for name, weight in again.items() if name.startswith(f"{made}/")}
        assert mine
        assert all(torch.equal(weight, once[f"{part}/{name}"].to(weight.dtype)) for name, weight in mine.items())
    begun = {}
    monkeypatch.setattr(unet, "train", lambda _, state, *__: begun.update(state["unet"].state_dict()))
    unet.run(tmp_path, recipe)
    assert all(torch.equal(weight, again[f"start/{name}"]) for name, weight in begun.items())


def test_a_start_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="start = 'nowhere' is no model's folder"):
        parts.run(tmp_path, replace(SMOKE, start="nowhere"))


def test_the_small_decoder_is_packed_with_its_figures(whole):
    small = AutoencoderTiny.from_pretrained(whole / "pocket" / "small_decoder", torch_dtype=torch.float32)
    assert small.decode(torch.randn(1, 8, 16, 16)).sample.shape == (1, 3, 128, 128)
    figures = json.loads((whole / "small_decoder.json").read_text())
    assert figures["pictures"] == SMOKE.held_out
    assert 0 < figures["cost"] < 0.5
    assert small_decoder.fresh(POCKET, 1.0).decoder.layers[0].out_channels == 24


def test_more_composites_of_a_mix_are_added_to_those_that_are_there(whole, tmp_path, monkeypatch):
    for part in ("vae", "drawings.npy", "drawings.json"):
        (tmp_path / part).symlink_to(whole / part)
    monkeypatch.setattr(latents, "SHARD", 4)
    small = replace(SMOKE, portions=(Portion("tinted", 4, 1.0),), judged=())
    latents.run(tmp_path, small)
    first = latents.load(tmp_path, small, "tinted")[0]
    large = replace(small, portions=(Portion("tinted", 8, 1.0),))
    latents.run(tmp_path, large)
    found, said = latents.load(tmp_path, large, "tinted")
    assert torch.equal(found[:4], first)
    assert len(found) == len(said) == 8


def test_a_compiled_unet_is_the_one_that_is_trained_and_kept(whole, tmp_path, monkeypatch):
    folder = shutil.copytree(whole, tmp_path / "compiled", ignore=shutil.ignore_patterns("unet", "unet.*", "sources"))
    called = []

    def compiled(network: torch.nn.Module):  # the real one takes a minute and a compiler
        return lambda *inputs: called.append(network) or network(*inputs)

    monkeypatch.setattr(torch, "compile", compiled)
    training.main(["unet", "--compile", "--recipe", "smoke", "--folder", str(folder)])
    assert len(called) == SMOKE.unet.steps
    again, once = weights(folder), weights(whole)
    assert all(torch.equal(again[name], once[name]) for name in once if name.startswith("unet/"))


def test_variants_of_the_unet_are_compared_on_the_same_composites(whole, monkeypatch, capsys):
    monkeypatch.setattr(variants, "HELD_OUT", 4)
    monkeypatch.setattr(variants, "VARIANTS", {name: variants.VARIANTS[name] for name in list(variants.VARIANTS)[:3]})
    variants.main(["--folder", str(whole), "--seconds", "0", "--rows", "4"], SMOKE)
    *_, head, _, plain, silent, crossed = (line.split("|")[1:-1] for line in capsys.readouterr().out.splitlines())
    assert len(head) == 3 + len(variants.TIMESTEPS)
    weights = [float(line[1].split()[0]) for line in (silent, plain, crossed)]
    assert weights == sorted(weights)
    for line in (plain, silent, crossed):
        assert line[2].strip() == "1", "the first step is on the house"
        errors = [float(error) for cell in line[3:] for error in cell.split("/")]
        assert len(errors) == 2 * len(variants.TIMESTEPS)
        assert all(0 < error < 10 for error in errors)


def test_text_states_are_made_once_for_a_text_encoder_however_captions_come(whole, tmp_path):
    for part in ("tokenizer", "text_encoder"):
        shutil.copytree(whole / part, tmp_path / part)
    machine = this_machine("cpu")

    def made(captions: list[str]) -> set[str]:
        texts = TextStates(tmp_path, captions, machine)
        found = texts.states(texts.rows([captions[0], "", captions[0]]))
        assert found.shape == (3, 77, SMOKE.text_width)
        assert torch.equal(found[0], found[2])
        assert not torch.equal(found[0], found[1])
        alone = next(read(tmp_path, [captions[0]], machine)).float()
        assert torch.allclose(found[:1], alone, atol=2e-3), "a caption has another's states"
        parts = (tmp_path / "text_states").glob("*/*.json")
        return {caption for part in parts for caption in json.loads(part.read_text())}

    assert made(["a cat"]) == {"", "a cat"}
    assert made(["a dog", "a cat"]) == {"", "a cat", "a dog"}
    assert len(list((tmp_path / "text_states").glob("*/*.npy"))) == 2, "what was there is made again"
    configuration = tmp_path / "text_encoder" / "config.json"
    configuration.write_text(configuration.read_text() + "\n")
    made(["a dog"])
    assert len(list((tmp_path / "text_states").iterdir())) == 2, "another text encoder has the states of the first"


def test_the_mixes_and_the_judges_composites_are_different_ones(whole):
    loaded = {name: latents.load(whole, SMOKE, name)[0] for name in latents.kinds(SMOKE)}
    rows = torch.cat([each.flatten(1) for each in loaded.values()])
    assert len(torch.unique(rows, dim=0)) == len(rows)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--unet-steps", "0"], "--unet-steps = 0 is not allowed: 1 or more"),
        (["report", "--model", "nowhere"], "--model = 'nowhere' is not allowed: a folder in diffusers' format"),
        (["unet", "--recipe", "huge"], "invalid choice: 'huge'"),
        (["bake"], "invalid choice: 'bake'"),
    ],
)
def test_a_wrong_command_line_names_what_is_wrong(arguments, sentence, capsys):
    with pytest.raises(SystemExit):
        training.main(arguments)
    assert sentence in capsys.readouterr().err


def test_variants_name_what_is_wrong(tmp_path, capsys):
    with pytest.raises(SystemExit):
        variants.main(["--rows", "0"])
    assert "--rows = 0 is not allowed: 1 or more" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        variants.main(["--folder", str(tmp_path)])
    assert "is not allowed: a work folder" in capsys.readouterr().err


@pytest.mark.parametrize("shares", [(0.9, 0.2), (0.5, 0.2)])
def test_shares_of_a_batch_are_the_whole(shares):
    portions = tuple(Portion(mix, 4, share) for mix, share in zip(("plain", "painted"), shares, strict=True))
    with pytest.raises(ValueError, match=f"portions = plain {shares[0]}, painted 0.2 is not allowed"):
        replace(SMOKE, portions=portions)


def test_a_portion_without_a_composite_is_refused():
    with pytest.raises(ValueError, match="a count of 1 or more"):
        replace(SMOKE, judged=(Portion("plain", 0),))


@pytest.mark.parametrize("shares", [(0.55, 0.2, 0.25), (1 / 3, 1 / 3, 1 / 3), (0.02, 0.03, 0.95)])
def test_a_batch_is_split_by_the_shares_and_is_whole(shares):
    split = counts(shares, 96)
    assert sum(split) == 96
    assert all(abs(part - 96 * share) <= 1 for part, share in zip(split, shares, strict=True))
