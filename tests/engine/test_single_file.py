"""What a single file says of itself is believed, or refused in a sentence before any weight is read."""

import diffusers
import pytest
import torch
from diffusers.loaders import single_file
from safetensors.torch import load_file, save_file

from explorer import GuidanceSweep, render
from explorer.engine.engine import Engine
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.quiet import quiet
from explorer.engine.schedulers import LEAST_SIGNAL, make_scheduler
from explorer.engine.store import FrameStore
from explorer.space.points import SCHEDULER_NAMES
from tests.engine.loading import edit, refusal, same_weights, small
from tests.tiny import tiny_sd

pytestmark = pytest.mark.usefixtures("attempts", "unmeasured")
SCHEDULER, EMPTY = "scheduler/scheduler_config.json", torch.tensor([])
CONV_IN, VAE_IN = "model.diffusion_model.input_blocks.0.0.weight", "first_stage_model.decoder.conv_in.weight"
ZERO_SNR = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}


@pytest.fixture
def file(saved, tmp_path):
    """Writes the tiny SD as a single file with more tensors and metadata, some left out or under other names."""

    def write(metadata=None, change=None, **more):
        tensors = {**load_file(saved / "sd.safetensors"), **more}
        if change:
            change(tensors)
        save_file(tensors, tmp_path / "m.safetensors", metadata=metadata)
        return tmp_path / "m.safetensors"

    return write


@pytest.fixture
def opened(saved):
    return lambda path, config=saved / "sd": small(path, config=str(config))


def pictures(model, scheduler="DDIM"):
    sweep = GuidanceSweep(prompt="a cat", scales=(3,), num_inference_steps=3, width=32, height=32, scheduler=scheduler)
    return [frame.png for frame in render(sweep, Engine(DiffusersNetworks(model), FrameStore()), progress=False)]


SAY_V = {
    "key": {"v_pred": EMPTY},
    "specification": {"metadata": {"modelspec.prediction_type": "v"}},
    "in diffusers' word": {"metadata": {"modelspec.prediction_type": "v_prediction"}},
    "ComfyUI": {"metadata": {"modelspec.predict_key": "v"}},
    "kohya": {"metadata": {"ss_v_parameterization": "True"}},
    "key before metadata": {"v_pred": EMPTY, "metadata": {"modelspec.prediction_type": "epsilon"}},
}


@pytest.mark.parametrize("said", SAY_V.values(), ids=SAY_V)
def test_a_file_that_says_it_predicts_v_draws_as_one_that_is_configured_so(saved, sd, file, opened, said):
    edit(sd, SCHEDULER, prediction_type="v_prediction")
    model = opened(file(**said))
    assert model.pipe.scheduler.config.prediction_type == "v_prediction"
    assert pictures(model) == pictures(small(sd)) != pictures(small(saved / "sd"))


@pytest.mark.parametrize("metadata", [{"modelspec.prediction_type": "epsilon"}, {"modelspec.predict_key": "epsilon"}])
def test_a_file_that_says_it_predicts_noise_is_believed_against_its_configuration(saved, sd, file, opened, metadata):
    edit(sd, SCHEDULER, prediction_type="v_prediction")
    assert pictures(opened(file(metadata), sd)) == pictures(small(saved / "sd"))


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"ss_v_parameterization": "False"}])
def test_a_file_that_says_nothing_is_what_its_configuration_says(saved, sd, file, opened, metadata):
    edit(sd, SCHEDULER, prediction_type="v_prediction")
    assert pictures(opened(file(metadata), sd)) == pictures(small(sd))
    assert pictures(opened(file(metadata))) == pictures(small(saved / "sd"))


def test_pictures_of_a_file_that_was_not_believed_are_not_handed_out(saved, sd, file, opened):
    """Its bytes are the same as ever, so the fingerprint has to change with what is made of them."""
    edit(sd, SCHEDULER, prediction_type="v_prediction")
    path = file(v_pred=EMPTY)
    assert opened(path).fingerprint != opened(path, sd).fingerprint
    plain = file()
    assert opened(plain, sd).fingerprint == opened(plain, sd).fingerprint


@pytest.mark.parametrize("metadata", [{"modelspec.prediction_type": "x0"}, {"modelspec.predict_key": "flow"}])
def test_another_prediction_is_refused(file, saved, metadata):
    said = next(iter(metadata.values()))
    assert f"m.safetensors predicts '{said}'; only" in refusal(file(metadata), config=str(saved / "sd"))


@pytest.mark.parametrize("key", ["edm_vpred.sigma_max", "edm_mean"])
def test_the_schedule_of_edm_is_refused(file, saved, key):
    sentence = refusal(file(v_pred=EMPTY, **{key: torch.tensor(120.0)}), config=str(saved / "sd"))
    assert "EDM's noise schedule (edm_vpred), which is not supported" in sentence


def test_zero_terminal_snr_without_v_is_refused_with_the_way_out(file, saved, sd, opened):
    path = file(ztsnr=EMPTY)
    assert "(ztsnr)" in (sentence := refusal(path, config=str(saved / "sd")))
    assert "whose scheduler predicts v" in sentence
    edit(sd, SCHEDULER, prediction_type="v_prediction")
    assert opened(path, sd).pipe.scheduler.config.rescale_betas_zero_snr


@pytest.mark.parametrize(
    "said",
    [
        {"v_pred": EMPTY, "ztsnr": EMPTY},
        {"metadata": {"modelspec.prediction_type": "v", "ss_zero_terminal_snr": "True"}},
    ],
    ids=["keys", "metadata"],
)
@pytest.mark.parametrize("scheduler", ["Euler", "DPM++ 2M", "UniPC"])
def test_zero_terminal_snr_draws_what_diffusers_draws(file, opened, said, scheduler):
    """Of the eight, those with which diffusers' own pipeline knows rescaled betas and divides by no zero.

    Euler's first sample is 4,096 times as large as its picture, which costs float32 three digits.
    """
    classes = {
        "Euler": diffusers.EulerDiscreteScheduler,
        "DPM++ 2M": diffusers.DPMSolverMultistepScheduler,
        "UniPC": diffusers.UniPCMultistepScheduler,
    }
    pipe = tiny_sd("v_prediction")
    pipe.scheduler = classes[scheduler].from_config(pipe.scheduler.config, **ZERO_SNR)
    engine = Engine(DiffusersNetworks(opened(file(**said))), FrameStore())
    sweep = GuidanceSweep(prompt="a cat", scales=(3,), num_inference_steps=4, width=32, height=32, scheduler=scheduler)
    plan = sweep.plan(engine)
    latents = plan.point(0).latents[None]
    with quiet():
        theirs = pipe(
            "a cat", num_inference_steps=4, guidance_scale=3, latents=latents, height=32, width=32, output_type="latent"
        ).images[0]
    *_, ours = (event for event in engine.render(plan) if hasattr(event, "latents"))
    torch.testing.assert_close(ours.latents, theirs, rtol=1e-4, atol=1e-3 if scheduler == "Euler" else 1e-4)


@pytest.mark.parametrize("name", SCHEDULER_NAMES)
def test_every_sampler_begins_where_no_signal_is_left(file, opened, name):
    scheduler = make_scheduler(name, opened(file(v_pred=EMPTY, ztsnr=EMPTY)).pipe.scheduler, 5)
    assert int(scheduler.timesteps[0]) == 999
    assert float(scheduler.alphas_cumprod[-1]) == pytest.approx(LEAST_SIGNAL)
    assert scheduler.config.prediction_type == "v_prediction"


@pytest.mark.parametrize("name", SCHEDULER_NAMES)
def test_every_sampler_draws_from_there(file, opened, name):
    model = opened(file(v_pred=EMPTY, ztsnr=EMPTY))
    assert pictures(model, name) != pictures(opened(file(v_pred=EMPTY)), name)


def widened(channels):
    def widen(tensors):
        shape = tensors[CONV_IN].shape
        tensors[CONV_IN] = torch.cat([tensors[CONV_IN], torch.ones(shape[0], channels - shape[1], *shape[2:])], 1)

    return widen


@pytest.mark.parametrize("config", [True, False])
def test_models_that_are_told_something_else_get_the_sentence_of_a_folder(file, saved, attempts, monkeypatch, config):
    monkeypatch.setattr(single_file, "load_single_file_checkpoint", None)  # no weight is read
    sentence = refusal(file(change=widened(8)), **({"config": str(saved / "sd")} if config else {}))
    assert "m.safetensors: its UNet takes 8 channels and its VAE gives 4, so it is told something else" in sentence
    assert attempts == []


@pytest.mark.parametrize(("channels", "told"), [(9, "mask, masked_latents"), (5, "depth")])
def test_models_that_are_told_more_are_opened_with_a_configuration_of_their_kind(
    file, saved, sd, opened, attempts, monkeypatch, channels, told
):
    path = file(change=widened(channels))
    with monkeypatch.context() as patched:
        patched.setattr(single_file, "load_single_file_checkpoint", None)
        assert f"m.safetensors is told more than a prompt ({told}); as config give" in refusal(path)
        other = refusal(path, config=str(saved / "sd"))
    assert "m.safetensors has another number of input channels than" in other
    assert attempts == []
    edit(sd, "unet/config.json", in_channels=channels)
    model = opened(path, sd)
    assert model.pipe.unet.config.in_channels == channels
    assert pictures(model)


OLD = "cond_stage_model.transformer."


def unwrap(tensors):
    for name in [name for name in tensors if name.startswith(OLD)]:
        tensors[name.replace("text_model.", "")] = tensors.pop(name)


def test_an_old_text_encoder_loads_and_draws_the_same(file, saved, opened):
    path = file(change=unwrap)
    assert not any("text_model" in name for name in load_file(path))
    model = opened(path)
    assert same_weights(model.pipe.text_encoder, tiny_sd().text_encoder)
    assert not model.pipe.text_encoder.training
    assert pictures(model) == pictures(small(saved / "sd"))


def test_an_old_text_encoder_in_half_precision(file, saved):
    model = small(file(change=unwrap), config=str(saved / "sd"), dtype="bfloat16")
    assert {parameter.dtype for parameter in model.pipe.text_encoder.parameters()} == {torch.bfloat16}


@pytest.mark.parametrize("hole", ["final_layer_norm.bias", "embeddings.position_embedding.weight"])
def test_an_old_text_encoder_with_holes_is_refused(file, saved, hole):
    def spoil(tensors):
        unwrap(tensors)
        tensors.pop(OLD + hole)

    assert "m.safetensors" in (sentence := refusal(file(change=spoil), config=str(saved / "sd")))
    assert "lacks weights" in sentence or "does not fit" in sentence


def test_a_folder_with_rescaled_betas_is_rescaled_for_every_sampler(saved, sd):
    edit(sd, SCHEDULER, **ZERO_SNR)
    for name in SCHEDULER_NAMES:
        scheduler = make_scheduler(name, small(sd).pipe.scheduler, 5)
        assert float(scheduler.alphas_cumprod[-1]) == pytest.approx(LEAST_SIGNAL)
