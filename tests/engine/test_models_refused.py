"""Every sentence that refuses a model, a device or a switch."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from explorer.engine import machine, placement
from tests.engine.loading import TEXT, UNET, edit, refusal, rewrite, small

pytestmark = pytest.mark.usefixtures("attempts", "unmeasured")


def test_refuses_a_folder_that_is_no_model(tmp_path):
    assert "model_index.json is missing" in refusal(tmp_path)


@pytest.mark.parametrize("content", ["{", "[1]", "\x00"])
def test_refuses_a_broken_index(sd, content):
    (sd / "model_index.json").write_text(content)
    assert "model_index.json" in refusal(sd)


@pytest.mark.parametrize("file", ["unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"])
def test_refuses_a_folder_without_a_configuration(sd, file):
    (sd / file).unlink()
    assert f"{file} is missing" in refusal(sd)


@pytest.mark.parametrize("file", [UNET, TEXT])
def test_refuses_truncated_weights(sd, file):
    whole = (sd / file).read_bytes()
    for part in (whole[: len(whole) // 2], whole[:4], b"", b"no safetensors at all"):
        (sd / file).write_bytes(part)
        assert "is no complete safetensors file" in refusal(sd)


@pytest.mark.parametrize("file", [UNET, TEXT])
def test_refuses_weights_with_holes_instead_of_filling_them_with_noise(sd, file):
    rewrite(sd / file, lambda tensors: tensors.pop(sorted(tensors)[3]))
    assert "lacks 1 weights" in refusal(sd)


def test_refuses_weights_of_another_shape(sd):
    edit(sd, "unet/config.json", cross_attention_dim=40)
    assert "its unet cannot be read" in refusal(sd)


def test_refuses_pickles_in_a_folder(sd):
    (sd / UNET).rename(sd / "unet/diffusion_pytorch_model.bin")
    assert "unet are pickled; only safetensors are loaded" in refusal(sd)


def test_refuses_a_folder_without_weights(sd):
    (sd / UNET).unlink()
    assert "there are no safetensors in" in refusal(sd)


@pytest.mark.parametrize("suffix", [".ckpt", ".bin", ".pt"])
def test_refuses_a_pickled_checkpoint_without_opening_it(tmp_path, suffix):
    file = tmp_path / f"model{suffix}"
    file.write_bytes(b"\x80\x04")
    assert "is a pickle" in refusal(file)


@pytest.mark.parametrize(
    "pipeline", ["StableDiffusion3Pipeline", "FluxPipeline", "StableDiffusionUpscalePipeline", None]
)
def test_refuses_other_families(sd, pipeline):
    edit(sd, "model_index.json", _class_name=pipeline)
    assert f"is a {pipeline}; only Stable Diffusion 1.x, 2.x and SDXL" in refusal(sd)


@pytest.mark.parametrize(
    ("part", "entry", "sentence"),
    [
        ("text_encoder", ["transformers", "T5EncoderModel"], "its text_encoder is a T5EncoderModel"),
        ("unet", ["evil", "os.system"], "its unet is a os.system"),
        ("scheduler", ["diffusers", "StableDiffusionPipeline"], "its scheduler 'StableDiffusionPipeline' is unknown"),
        ("scheduler", ["my_code", "MyScheduler"], "its scheduler 'MyScheduler' is unknown"),
        ("vae", [None, None], "has no vae"),
        ("tokenizer", "nonsense", "has no tokenizer"),
    ],
)
def test_refuses_parts_it_does_not_know(sd, part, entry, sentence):
    edit(sd, "model_index.json", **{part: entry})
    assert sentence in refusal(sd)


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("unet/config.json", {"in_channels": 8}, "takes 8 channels and its VAE gives 4"),
        ("unet/config.json", {"time_cond_proj_dim": 256}, "latent consistency model"),
        ("unet/config.json", {"addition_embed_type": "image"}, "addition_embed_type='image'"),
        ("unet/config.json", {"class_embed_type": "timestep"}, "class_embed_type='timestep'"),
        ("scheduler/scheduler_config.json", {"prediction_type": "sample"}, "predicts 'sample'"),
    ],
)
def test_refuses_relatives_that_need_more_than_a_prompt(sd, file, change, sentence):
    edit(sd, file, **change)
    assert sentence in refusal(sd)


def test_refuses_a_flow_matching_scheduler(sd):
    (sd / "scheduler/scheduler_config.json").write_text('{"_class_name": "FlowMatchEulerDiscreteScheduler"}')
    assert "FlowMatchEulerDiscreteScheduler without a beta schedule" in refusal(sd)


def test_refuses_the_sdxl_refiner(saved, tmp_path):
    folder = Path(shutil.copytree(saved / "sdxl", tmp_path / "refiner"))
    edit(folder, "model_index.json", text_encoder=[None, None], tokenizer=[None, None])
    assert "refiner" in refusal(folder)


def test_refuses_a_single_file_that_is_a_part_of_a_model(saved, tmp_path):
    save_file({"lora_unet_down.weight": torch.ones(2)}, tmp_path / "lora.safetensors")
    assert "holds no UNet" in refusal(tmp_path / "lora.safetensors", config=str(saved / "sd"))
    for prefix, missing in {"first_stage_model": "VAE", "cond_stage_model": "text encoder"}.items():
        kept = {key: value for key, value in load_file(saved / "sd.safetensors").items() if not key.startswith(prefix)}
        save_file(kept, tmp_path / "part.safetensors")
        assert f"holds no {missing}" in refusal(tmp_path / "part.safetensors", config=str(saved / "sd"))


@pytest.mark.parametrize(
    "hole",
    [
        "model.diffusion_model.time_embed.0.weight",
        "first_stage_model.encoder.conv_in.weight",
        "cond_stage_model.transformer.text_model.final_layer_norm.bias",
    ],
)
def test_refuses_a_single_file_with_holes(saved, tmp_path, hole):
    file = Path(shutil.copy(saved / "sd.safetensors", tmp_path))
    rewrite(file, lambda tensors: tensors.pop(hole))
    assert "sd.safetensors lacks weights" in refusal(file, config=str(saved / "sd"))


def test_refuses_a_single_file_with_another_model_s_configuration(saved, sd):
    assert "cannot be configured as sdxl" in refusal(saved / "sd.safetensors", config=str(saved / "sdxl"))
    edit(sd, "unet/config.json", block_out_channels=[8, 16])
    assert "does not fit the configuration" in refusal(saved / "sd.safetensors", config=str(sd))


def test_refuses_a_truncated_or_missing_single_file(saved, tmp_path):
    (tmp_path / "half.safetensors").write_bytes((saved / "sd.safetensors").read_bytes()[:5000])
    assert "is no complete safetensors file" in refusal(tmp_path / "half.safetensors", config=str(saved / "sd"))
    assert "There is no file" in refusal(tmp_path / "none.safetensors")


def test_refuses_a_config_where_it_means_nothing(saved):
    assert "config='sd15' is for .safetensors" in refusal(saved / "sd", config="sd15")


def test_refuses_what_does_not_fit_in_memory_and_names_both_numbers(saved, monkeypatch):
    monkeypatch.setattr(machine, "available_memory", lambda device: 123_000_000)
    sentence = refusal(saved / "sd")
    assert "needs about 0.3 GB in float32 and 0.1 GB are free on cpu" in sentence


def test_the_memory_needed_counts_every_weight_at_its_size(saved, monkeypatch):
    files = [saved / "sd" / file for file in (UNET, TEXT, "vae/diffusion_pytorch_model.safetensors")]
    numbers = 0
    for file in files:
        with safe_open(file, "pt") as tensors:
            numbers += sum(tensors.get_tensor(name).numel() for name in tensors.keys())  # noqa: SIM118
    needed = numbers * 2 * placement.HEADROOM_FACTOR + placement.HEADROOM_BYTES
    monkeypatch.setattr(machine, "available_memory", lambda device: needed + 1)
    assert small(saved / "sd", dtype="bfloat16").family == "sd"
    assert "GB are free" in refusal(saved / "sd", dtype="float32")


def test_refuses_a_device_that_is_unknown_or_not_there(saved, monkeypatch):
    assert "device='toaster' is unknown; choose cuda, mps or cpu" in refusal(saved / "sd", device="toaster")
    assert "device='meta' does not work on this machine" in refusal(saved / "sd", device="meta")
    monkeypatch.setattr(machine, "runs", lambda device: device.type == "cpu")
    assert "device='cuda' does not work on this machine" in refusal(saved / "sd", device="cuda")


@pytest.mark.parametrize("dtype", ["float8", "int8", torch.float64, "half"])
def test_refuses_an_unknown_dtype(saved, dtype):
    assert "choose one of float32, bfloat16, float16" in refusal(saved / "sd", dtype=dtype)


def test_refuses_float16_on_a_processor(saved):
    assert "dtype='float16' is refused on a CPU" in refusal(saved / "sd", dtype="float16")


def test_refuses_low_memory_switches_that_would_not_help(saved):
    assert "cpu_offload spares the memory of a CUDA GPU" in refusal(saved / "sd", cpu_offload=True)
    assert "attention_slicing helps on mps only" in refusal(saved / "sd", attention_slicing=True)
    assert "vae_tiling: pocket has a small decoder" in refusal("pocket", vae_tiling=True)
