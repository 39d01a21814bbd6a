"""From a hub id to a local folder: the only module that may open a network connection.

Files come through huggingface_hub's own cache. One short question to the hub comes first, so that a missing network is
told in seconds (the library's own download retries for 23 s). Knows nothing about families or devices.
"""

import logging
from pathlib import Path

import diffusers
from huggingface_hub import model_info, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
)

from explorer.engine.families import ModelError

HTTPError = HfHubHTTPError.__mro__[1]  # of requests, httpx or httpx2, by the version of huggingface_hub
SECONDS_TO_ANSWER = 10
CONFIGURATION = ("*.json", "*/*.json", "*/*.txt")

log = logging.getLogger(__name__)


def fetch_configuration(repository: str, local_files_only: bool) -> Path:
    """The folder of a hub model's configuration and tokenizer files, a few hundred kB, without its weights.

    Raises:
        ModelError: no such model, no access, or the hub does not answer and the cache has no copy.
    """
    offline = local_files_only or not _answers(repository)
    try:
        return Path(snapshot_download(repository, allow_patterns=list(CONFIGURATION), local_files_only=offline))
    except (OSError, HTTPError) as error:
        if not offline:
            raise _broken_off(repository, error) from error
        why = "only local files are allowed" if local_files_only else "the hub does not answer"
        raise ModelError(
            f"{repository} is not on this machine and {why}; give a local folder, or use the bundled model (pocket)."
        ) from error


def fetch_model(repository: str, half: bool, local_files_only: bool) -> Path:
    """The folder of a hub model's safetensors and configuration; with `half`, its float16 files where it has some.

    Without a network it is what the cache has, perhaps without weights.

    Raises:
        ModelError: as `fetch_configuration`, and if the hub has pickled weights only.
    """
    if local_files_only or not _answers(repository):
        return fetch_configuration(repository, local_files_only=True)
    try:
        folder = diffusers.DiffusionPipeline.download(
            repository,
            use_safetensors=True,
            variant="fp16" if half else None,
            safety_checker=None,
            feature_extractor=None,
            image_encoder=None,
        )
    except (OSError, HTTPError) as error:
        if "safetensors" in str(error):  # an EnvironmentError without a class of its own
            raise ModelError(f"{repository} has no safetensors; pickled weights are not loaded.") from error
        raise _broken_off(repository, error) from error
    return Path(folder)


def _answers(repository: str) -> bool:
    """Whether the hub knows the model; False without a network, ModelError if there is no such model."""
    try:
        model_info(repository, timeout=SECONDS_TO_ANSWER)
    except HFValidationError as error:
        raise ModelError(
            f"{repository!r} is neither a file, a folder, a known model nor a hub id (owner/name)."
        ) from error
    except GatedRepoError as error:
        raise ModelError(
            f"{repository} asks for an account: accept its terms on the hub and run `hf auth login` first."
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelError(f"The hub has no model {repository}; check the spelling of owner/name.") from error
    except (OSError, HTTPError) as error:
        log.info("the hub does not answer: %s", error)
        return False
    return True


def _broken_off(repository: str, error: BaseException) -> ModelError:
    reason = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    return ModelError(f"{repository} could not be fetched from the hub ({reason}).")
