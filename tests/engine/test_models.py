"""Every way of loading a model and every sentence that refuses one, on tiny models written to disk."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import diffusers
import huggingface_hub
import pytest
import torch
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from explorer.engine import hub, machine, models, placement
from explorer.engine.known import CONFIGURED_BY, POCKET, find
from explorer.engine.models import KNOWN, Defaults, ModelError, load
from explorer.engine.quiet import quiet
from explorer.space.points import SCHEDULER_NAMES
from tests.tiny import save_single_file, tiny_sd, tiny_sdxl

UNET, TEXT = "unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"


@pytest.fixture(autouse=True)
def attempts(monkeypatch):
    """No network: the list of addresses that somebody tried to reach in vain."""
    tried = []

    def refuse(*args, **_):
        tried.append(args)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    return tried


@pytest.fixture(autouse=True)
def unmeasured(monkeypatch):
    """Layouts are measured in test_machine.py, with a clock that stands still."""
    monkeypatch.setattr(machine, "faster_layout", lambda module, forward: torch.contiguous_format)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Folders of a tiny SD, a tiny SDXL, and the SD as a single file."""
    root = tmp_path_factory.mktemp("models")
    sd = tiny_sd()
    with quiet():
        sd.save_pretrained(root / "sd")
        tiny_sdxl().save_pretrained(root / "sdxl")
    save_single_file(sd, root / "sd.safetensors")
    return root


@pytest.fixture
def sd(saved, tmp_path):
    """A copy of the tiny SD to spoil."""
    return Path(shutil.copytree(saved / "sd", tmp_path / "sd"))


def edit(folder, file, **changes):
    config = json.loads((folder / file).read_text())
    (folder / file).write_text(json.dumps({**config, **changes}))


def rewrite(file, change):
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, metadata={"format": "pt"})


def small(name, **options):
    return load(str(name), **{"device": "cpu", "dtype": "float32", **options})


def refusal(name, **options):
    """The sentence that refuses a model."""
    with pytest.raises(ModelError) as caught:
        small(name, **options)
    sentence = str(caught.value)
    assert sentence.endswith((".", ".)"))
    assert "\n" not in sentence
    return sentence


def same_weights(one, other):
    one, other = one.state_dict(), other.state_dict()
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("measured", [torch.float32, torch.bfloat16])
def test_the_bundled_model_loads_with_its_own_defaults(monkeypatch, measured):
    monkeypatch.setattr(machine, "best_dtype", lambda device: measured)
    model = load("pocket", device="cpu")
    assert (model.name, model.family) == ("pocket", "sd")
    assert model.defaults == Defaults(128, 128, 20, 5.0, "DPM++ 2M")
    assert model.dtype == model.pipe.unet.dtype == model.pipe.vae.dtype == measured
    assert small(POCKET).defaults == model.defaults


def test_loading_the_bundled_model_prints_nothing():
    script = "from explorer.engine.models import load; load('pocket', dtype='float32')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=POCKET.parents[1], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


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


# What is refused, and how.


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
        ("unet/config.json", {"in_channels": 9}, "takes 9 channels and its VAE gives 4"),
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


def test_a_single_file_without_a_configuration_says_so_when_offline(saved):
    sentence = refusal(saved / "sd.safetensors")
    assert "carries no configuration of its own; give a diffusers folder as config" in sentence
    assert "stable-diffusion-v1-5/stable-diffusion-v1-5" in sentence


@pytest.mark.parametrize("name", ["sd15", "stabilityai/sdxl-turbo", "somebody/something"])
def test_refuses_a_hub_model_when_the_hub_does_not_answer(name, attempts):
    assert "the hub does not answer; give a local folder, or use the bundled model (pocket)" in refusal(name)
    assert len(attempts) == 1, "one question is enough"


def test_refuses_a_hub_model_in_offline_mode(monkeypatch, attempts):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert "the hub does not answer" in refusal("sd15")
    assert attempts == []


def test_local_files_only_asks_nobody(attempts):
    assert "only local files are allowed" in refusal("sd15", local_files_only=True)
    assert attempts == []


@pytest.mark.parametrize("name", ["./nowhere", "/no/such/folder", "nonsense", "a/b/c", ""])
def test_refuses_a_name_that_means_nothing(name, attempts):
    assert "is no file or folder here" in refusal(name)
    assert attempts == []


def test_refuses_a_hub_id_with_strange_letters():
    assert "hub id (owner/name)" in refusal("<img onerror>/x y")


@pytest.mark.parametrize(
    ("error", "sentence"), [(RepositoryNotFoundError, "The hub has no model"), (GatedRepoError, "hf auth login")]
)
def test_tells_a_missing_model_from_a_closed_one(monkeypatch, error, sentence):
    def answer(*_, **__):
        raise error.__new__(error)

    monkeypatch.setattr(hub, "model_info", answer)
    assert sentence in refusal("somebody/something")


@pytest.fixture
def online(monkeypatch, sd):
    """A hub that answers: its one model is the tiny SD; the keyword arguments of what was fetched."""
    fetched = []

    def download(repository, **options):
        fetched.append(options)
        return sd

    monkeypatch.setattr(hub, "model_info", lambda repository, timeout: None)
    monkeypatch.setattr(hub, "snapshot_download", lambda repository, **_: str(sd))
    monkeypatch.setattr(diffusers.DiffusionPipeline, "download", download)
    return fetched


def test_a_hub_model_is_fetched_as_safetensors_without_a_safety_checker(online):
    assert small("somebody/something").family == "sd"
    assert online[0]["use_safetensors"] is True
    assert online[0]["variant"] is None
    assert online[0]["safety_checker"] is None


def test_a_known_hub_model_has_its_own_defaults(online):
    assert small("sd-turbo").defaults == Defaults(512, 512, 4, 1.0, "Euler")


def test_a_single_file_is_configured_from_the_hub(online, saved):
    assert small(saved / "sd.safetensors").defaults.width == 32
    assert small(saved / "sd.safetensors", config="sd-turbo").defaults == find("sd-turbo").defaults
    assert online == [], "no weights are fetched"


def test_a_wrong_family_is_refused_before_its_weights_are_fetched(online, sd):
    edit(sd, "model_index.json", _class_name="FluxPipeline")
    assert "is a FluxPipeline" in refusal("somebody/something")
    assert online == []


def test_refuses_a_hub_model_of_pickles(online, monkeypatch):
    def download(*_, **__):
        raise OSError("Could not find the necessary `safetensors` weights in {'unet/x.bin'} (variant=None)")

    monkeypatch.setattr(diffusers.DiffusionPipeline, "download", download)
    assert "has no safetensors; pickled weights are not loaded" in refusal("somebody/something")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), hub.HTTPError("connection reset")])
def test_a_download_that_breaks_off_says_why(online, monkeypatch, error):
    def download(*_, **__):
        raise error

    monkeypatch.setattr(diffusers.DiffusionPipeline, "download", download)
    sentence = refusal("somebody/something")
    assert "could not be fetched from the hub" in sentence
    assert str(error) in sentence
    monkeypatch.setattr(hub, "snapshot_download", download)
    assert str(error) in refusal("somebody/something")


def test_a_cached_hub_model_loads_without_a_network(sd, tmp_path, monkeypatch, attempts):
    cached = tmp_path / "hub" / "models--somebody--something"
    shutil.copytree(sd, cached / "snapshots" / "abc")
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("abc")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    assert small("somebody/something").defaults == Defaults(32, 32)
    assert small("somebody/something", local_files_only=True).family == "sd"


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
