"""Models from the hub: without a network, from the cache, and from a hub that answers."""

import shutil

import diffusers
import huggingface_hub
import pytest
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

from explorer.engine import hub
from explorer.engine.known import find
from explorer.engine.models import Defaults
from tests.engine.loading import edit, refusal, small

pytestmark = pytest.mark.usefixtures("attempts", "unmeasured")


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
