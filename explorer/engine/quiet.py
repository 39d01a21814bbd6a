"""Silence from diffusers and transformers while a model loads. Whatever matters is checked and raised by the caller."""

import contextlib
import warnings
from collections.abc import Iterator

import diffusers
import transformers


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No progress bars, notices and deprecation warnings of the libraries: what matters is checked and raised here."""
    libraries = (diffusers.utils.logging, transformers.utils.logging)
    before = [(library.get_verbosity(), library.is_progress_bar_enabled()) for library in libraries]
    try:
        for library in libraries:
            library.set_verbosity_error()
            library.disable_progress_bar()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for library, (verbosity, bars) in zip(libraries, before, strict=True):
            library.set_verbosity(verbosity)
            if bars:
                library.enable_progress_bar()
