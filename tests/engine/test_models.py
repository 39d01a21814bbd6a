"""Every way of loading a model, on tiny models written to disk."""

import diffusers
import pytest
import torch

from explorer.engine import machine, models, placement
from explorer.engine.known import CONFIGURED_BY, POCKET, find
from explorer.engine.models import KNOWN, Defaults, load
from explorer.engine.quiet import quiet
from explorer.space.points import SCHEDULER_NAMES, FewSteps
from tests.engine.loading import TEXT, UNET, edit, rewrite, same_weights, small
from tests.tiny import tiny_sd, tiny_sdxl

pytestmark = pytest.mark.usefixtures("attempts", "unmeasured")


@pytest.mark.parametrize("measured", [torch.float32, torch.bfloat16])
def test_the_bundled_model_loads_with_its_own_defaults(monkeypatch, measured):
    monkeypatch.setattr(machine, "best_dtype", lambda device: measured)
    model = load("pocket", device="cpu")
    assert (model.name, model.family) == ("pocket", "sd")
    assert model.defaults == Defaults(128, 128, 20, 5.0, "DPM++ 2M", draft=FewSteps(4))
    assert model.dtype == model.pipe.unet.dtype == model.pipe.vae.dtype == measured
    assert small(POCKET).defaults == model.defaults


def test_a_folder_loads_ready_to_run_without_asking_anybody(saved, attempts):
    model, original = small(saved / "sd"), tiny_sd()
    assert attempts == []
    assert model.family == "sd"
    assert model.defaults == Defaults(32, 32, 20, 7.5, "DPM++ 2M")
    for part in ("unet", "vae", "text_encoder"):
        module = getattr(model.pipe, part)
        assert same_weights(module, getattr(original, part))
        assert not module.training
        assert not any(parameter.requires_grad for parameter in module.parameters())
    words = "a cat, 2 dogs"
    assert model.pipe.tokenizer(words).input_ids == original.tokenizer(words).input_ids
    assert model.pipe.safety_checker is None


def test_sdxl_loads_with_both_text_encoders(saved):
    model, original = small(saved / "sdxl"), tiny_sdxl()
    assert model.family == "sdxl"
    assert same_weights(model.pipe.text_encoder_2, original.text_encoder_2)
    assert model.pipe.tokenizer_2.pad_token == "!"
    assert model.pipe.config.force_zeros_for_empty_prompt


@pytest.mark.parametrize(("width", "family"), [(768, "sd1"), (1024, "sd2"), (32, "sd")])
def test_the_width_of_the_text_tells_the_family(tmp_path, width, family):
    with quiet():
        tiny_sd(cross_attention_dim=width).save_pretrained(tmp_path)
    assert small(tmp_path).family == models.from_pipeline(tiny_sd(cross_attention_dim=width), "x").family == family


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
def test_what_the_unet_predicts_is_kept(tmp_path, prediction_type):
    with quiet():
        tiny_sd(prediction_type).save_pretrained(tmp_path)
    assert small(tmp_path).pipe.scheduler.config.prediction_type == prediction_type


def test_a_single_file_gives_the_same_weights_as_the_folder(saved, attempts):
    file, folder = small(saved / "sd.safetensors", config=str(saved / "sd")), small(saved / "sd")
    assert attempts == []
    assert file.name.endswith("sd.safetensors")
    assert (file.family, file.defaults) == (folder.family, folder.defaults)
    for part in ("unet", "vae", "text_encoder"):
        assert same_weights(getattr(file.pipe, part), getattr(folder.pipe, part))


def test_a_single_file_in_half_precision(saved):
    model = small(saved / "sd.safetensors", config=str(saved / "sd"), dtype="bfloat16")
    assert {model.pipe.unet.dtype, model.pipe.vae.dtype, model.pipe.text_encoder.dtype} == {torch.bfloat16}


def test_older_text_encoders_name_their_weights_differently(sd):
    def prefix(tensors):
        for name in list(tensors):
            tensors[f"text_model.{name}"] = tensors.pop(name)
        tensors["text_model.embeddings.position_ids"] = torch.arange(77)[None]

    rewrite(sd / TEXT, prefix)
    assert same_weights(small(sd).pipe.text_encoder, tiny_sd().text_encoder)


def test_sharded_weights_load(tmp_path):
    pipe = tiny_sd()
    with quiet():
        pipe.save_pretrained(tmp_path, max_shard_size="100KB")
    assert len(list((tmp_path / "unet").glob("*.safetensors"))) > 1
    assert same_weights(small(tmp_path).pipe.unet, pipe.unet)


def test_the_float16_files_are_taken_when_there_are_no_others(tmp_path):
    pipe = tiny_sd()
    with quiet():
        pipe.save_pretrained(tmp_path, variant="fp16")
    assert same_weights(small(tmp_path).pipe.unet, pipe.unet)


def test_img2img_pipelines_hold_the_same_parts(sd):
    edit(sd, "model_index.json", _class_name="StableDiffusionImg2ImgPipeline")
    assert type(small(sd).pipe) is diffusers.StableDiffusionPipeline


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", torch.bfloat16, "torch.float32"])
def test_the_dtype_asked_for_is_the_one_of_all_parts(saved, dtype):
    model = small(saved / "sd", dtype=dtype)
    expected = torch.bfloat16 if "bfloat16" in str(dtype) else torch.float32
    parts = (model.pipe.unet, model.pipe.vae, model.pipe.text_encoder)
    assert {model.dtype, *(part.dtype for part in parts)} == {expected}


def test_the_measured_dtype_and_layout_are_remembered(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "best_dtype", lambda device: torch.bfloat16)
    monkeypatch.setattr(machine, "faster_layout", lambda module, forward: torch.channels_last)
    first = load(str(saved / "sd"), device="cpu", cache_folder=tmp_path)
    monkeypatch.setattr(machine, "best_dtype", lambda device: torch.float32)
    monkeypatch.setattr(machine, "faster_layout", lambda module, forward: torch.contiguous_format)
    again = load(str(saved / "sd"), device="cpu", cache_folder=tmp_path)
    assert first.dtype == again.dtype == torch.bfloat16
    assert first.unet_memory_format == again.unet_memory_format == torch.channels_last
    assert again.pipe.unet.conv_in.weight.is_contiguous(memory_format=torch.channels_last)
    assert load(str(saved / "sd"), device="cpu").dtype == torch.float32


@pytest.mark.parametrize("folder", ["sd", "sdxl"])
def test_the_layout_is_measured_on_the_unet_itself(saved, monkeypatch, folder):
    def measure(module, forward):
        assert forward()[0].shape == (4, 4, 16, 16)
        module.to(memory_format=torch.channels_last)
        return torch.channels_last

    monkeypatch.setattr(machine, "faster_layout", measure)
    assert small(saved / folder).unet_memory_format == torch.channels_last


def test_the_vae_is_in_channels_last(saved):
    assert small(saved / "sd").pipe.vae.decoder.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


def test_the_fingerprint_stays_across_loads_and_dtypes(saved, sd):
    assert small(saved / "sd").fingerprint == small(sd).fingerprint == small(sd, dtype="bfloat16").fingerprint


@pytest.mark.parametrize("file", [UNET, TEXT, "vae/diffusion_pytorch_model.safetensors"])
def test_one_changed_weight_is_another_model(saved, sd, file):
    def change(tensors):
        next(tensor for _, tensor in sorted(tensors.items()) if tensor.ndim > 1).view(-1)[5] += 1e-3

    rewrite(sd / file, change)
    assert small(sd).fingerprint != small(saved / "sd").fingerprint


def test_another_prediction_type_is_another_model(saved, sd):
    edit(sd, "scheduler/scheduler_config.json", prediction_type="v_prediction")
    assert small(sd).fingerprint != small(saved / "sd").fingerprint


def test_tiles_make_another_model_since_they_change_pictures(saved):
    tiled = small(saved / "sd", vae_tiling=True)
    assert tiled.pipe.vae.use_tiling
    assert tiled.fingerprint != small(saved / "sd").fingerprint


def test_a_pipeline_made_in_python_is_a_model():
    pipe = tiny_sd()
    model = models.from_pipeline(pipe, "mine")
    assert (model.name, model.dtype, model.device.type) == ("mine", torch.float32, "cpu")
    assert model.defaults == Defaults(32, 32)
    assert model.fingerprint == models.from_pipeline(tiny_sd(), "other").fingerprint
    pipe.unet.conv_in.weight[0, 0, 0, 0] += 1e-3
    assert model.fingerprint != models.from_pipeline(pipe, "mine").fingerprint
    assert models.from_pipeline(tiny_sdxl(), "xl").family == "sdxl"


def test_the_table_is_consistent():
    names = [name for known in KNOWN for name in (known.name, known.source, *known.aliases)]
    assert len(names) == len(set(names))
    assert all(find(name) is known for known in KNOWN for name in (known.name, known.source, *known.aliases))
    assert find("nobody/knows-it") is None
    assert all(find(name).family == family for family, name in CONFIGURED_BY.items())
    for known in KNOWN:
        assert known.family in ("sd", "sd1", "sd2", "sdxl")
        assert known.defaults.scheduler in SCHEDULER_NAMES
        assert known.defaults.width % 8 == known.defaults.height % 8 == 0
        assert ("turbo" in known.name) == (known.defaults.guidance_scale == 1)


def test_with_cpu_offload_only_the_unet_goes_to_the_device_to_be_measured(monkeypatch):
    pipe, moved = tiny_sd(), []
    monkeypatch.setattr(pipe, "to", lambda device: moved.append("everything"))
    monkeypatch.setattr(pipe.unet, "to", lambda *device, **layout: moved.append("unet"))
    monkeypatch.setattr(pipe, "enable_model_cpu_offload", lambda device: moved.append(f"offload from {device}"))
    placement.place(pipe, torch.device("cpu"), "tiny", machine.Remembered(None), cpu_offload=True)
    assert "everything" not in moved
    assert (moved[0], moved[-1]) == ("unet", "offload from cpu")


def test_on_mps_the_layouts_stay_as_they_are(monkeypatch):
    pipe, moved = tiny_sd(), []
    monkeypatch.setattr(pipe, "to", moved.append)
    layout = placement.place(pipe, torch.device("mps"), "tiny", machine.Remembered(None))
    assert (layout, moved) == (torch.contiguous_format, [torch.device("mps")])
    assert not pipe.vae.decoder.conv_in.weight.is_contiguous(memory_format=torch.channels_last)
