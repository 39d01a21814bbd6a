"""Settings at random, drawn from what the experiments declare, for tests that hold for all of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from PIL import Image

from explorer.experiments.base import Experiment
from explorer.experiments.inputs import (
    Choice,
    Input,
    InputError,
    Integer,
    Numbers,
    PaintedPicture,
    Picture,
    Prompts,
    Real,
    Taught,
    Text,
)
from explorer.experiments.inputs.taught import STRONGEST
from explorer.experiments.pictures import canonical

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
MASKS = ("", "8x8:17a6p41a", "4x2:3a2e3a")
PICTURES = tuple(canonical(Image.new("RGB", (8 + n, 9), (n, 90, 200))) for n in range(3))


def values(declared: Input) -> st.SearchStrategy[Any]:
    """Values that the input takes, in the type in which it gives them back."""
    drawn = _values(declared).map(lambda value: declared.check("x", value))
    return st.none() | drawn if declared.optional else drawn


def _values(declared: Input) -> st.SearchStrategy[Any]:
    return next(draw(declared) for kind, draw in DRAWN if isinstance(declared, kind))


def _integers(declared: Integer) -> st.SearchStrategy[int]:
    step = declared.step
    return st.integers(-(-declared.low // step), declared.high // step).map(lambda n: n * step)


def _prompts(declared: Prompts) -> st.SearchStrategy[list[str]]:
    return st.lists(TEXTS.filter(str.strip), min_size=declared.low, max_size=declared.high)


def _numbers(declared: Numbers) -> st.SearchStrategy[list[float]]:
    low, high = declared.low, declared.high
    number = st.integers(int(low), int(high)) if declared.whole else st.floats(low, high)
    drawn = st.lists(number, min_size=declared.least, max_size=min(declared.most, 6))
    return drawn.filter(lambda value: _is_taken(declared, value))  # a kind of its own may ask for more


def _taught(declared: Taught) -> st.SearchStrategy[list[str]]:
    word, strength = st.sampled_from(["<a>", "<my-thing>", "<x9>"]), st.floats(0, STRONGEST).map(lambda s: f"{s:.2f}")
    entry = st.tuples(word, st.sampled_from(["0" * 32, "9f" * 16]), strength).map(":".join)
    return st.lists(entry, max_size=3)


def _is_taken(declared: Input, value: Any) -> bool:
    try:
        declared.check("x", value)
    except InputError:
        return False
    return True


DRAWN = (
    (Integer, _integers),
    (Real, lambda declared: st.floats(declared.low, declared.high)),
    (Choice, lambda declared: st.sampled_from(declared.options)),
    (Prompts, _prompts),
    (Text, lambda _: TEXTS),
    (Numbers, _numbers),
    (Taught, _taught),
    (Picture, lambda _: st.sampled_from(PICTURES)),
    (
        PaintedPicture,
        lambda _: st.fixed_dictionaries({"picture": st.sampled_from(PICTURES), "mask": st.sampled_from(MASKS)}),
    ),
)


def settings_of(experiment: type[Experiment]) -> st.SearchStrategy[dict[str, Any]]:
    """Every setting of an experiment; of a kind of its own those that it has by itself, or in a preset."""
    return st.fixed_dictionaries(
        {
            name: values(declared)
            if type(declared).__module__.startswith("explorer.experiments.inputs")
            else st.sampled_from([getattr(experiment, name), *_in_presets(experiment, name)])
            for name, declared in experiment.inputs().items()
        }
    )


def _in_presets(experiment: type[Experiment], name: str) -> list[Any]:
    presets = [*experiment.presets.values(), *experiment.tutorials.values()]
    return [experiment(**preset).settings()[name] for preset in presets if name in preset]
