"""What an experiment is: declared inputs, and a plan that turns them into points.

An experiment is a frozen dataclass in a file of its own. Its class name is the tab, its docstring the help text, its
fields are the inputs, `settings` is what is saved beside every picture and travels in links. It receives something that
encodes prompts and never imports an engine; it holds no weights and cannot render.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from PIL import Image
from torch import Tensor

from explorer.experiments.inputs import Choice, Input, InputError, Integer, Prompt, Real, Taught
from explorer.messages import Message
from explorer.space.plans import Plan
from explorer.space.points import SCHEDULER_NAMES, Conditioning, Defaults, Sampling
from explorer.space.tasks import Task


class Studio(Protocol):
    """What a plan may ask for; an engine is one. Pictures are encoded to latents of shape `latents_shape`.

    `extras` is what the model is told beside a prompt: "depth", "mask", "masked_latents", or nothing. `estimate_depth`
    gives how near each part of a picture is, of any shape (rows, columns), or None if the model has no network for it.
    """

    def encode(self, prompt: str) -> Conditioning: ...
    def encode_negative(self, negative_prompt: str) -> Conditioning: ...
    def encode_picture(self, picture: Image.Image) -> Tensor: ...
    def latents_shape(self, sampling: Sampling) -> tuple[int, int, int]: ...
    def sigmas(self, sampling: Sampling) -> list[float]: ...
    def result(self, task: Task) -> Mapping[str, Tensor]: ...
    def estimate_depth(self, picture: Image.Image) -> Tensor | None: ...
    @property
    def extras(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """The settings that every experiment shares. Those left at None are the model's own."""

    view: ClassVar[str] = "film"
    tab: ClassVar[str] = ""
    position: ClassVar[int] = 100
    linked: ClassVar[Mapping[str, Any]] = {}
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """What is worth a click, by its name: for the bundled model, chosen by looking at what it draws."""
    tutorials: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """The settings of others' tutorials, to the letter; they were made for Stable Diffusion."""
    needs: ClassVar[tuple[str, ...]] = ()
    """What a model must be told for this, of what `Studio.extras` can name."""

    seed: int = Integer("The number the starting noise is made from; the same seed, the same noise.").field(0)
    negative_prompt: str = Prompt("What the picture should keep away from.", label="Negative prompt").field("")
    guidance_scale: float | None = Real(
        "How strongly the prompt pulls. 1: the prompt alone; 0: only the negative prompt; above 10: harsh colours.",
        label="Guidance",
        optional=True,
        high=30.0,
    ).field(None)
    num_inference_steps: int | None = Integer(
        "Denoising steps: more are finer and slower.", label="Steps", optional=True, low=1, high=150
    ).field(None)
    scheduler: str | None = Choice(
        "The sampler: how a step is taken.", label="Sampler", optional=True, options=SCHEDULER_NAMES
    ).field(None)
    width: int | None = Integer("In pixels.", label="Width", optional=True, low=32, high=1536, step=32).field(None)
    height: int | None = Integer("In pixels.", label="Height", optional=True, low=32, high=1536, step=32).field(None)

    concepts: tuple[str, ...] = Taught(
        "The taught words that prompts may have, and how strongly each acts.", label="Taught words"
    ).field(())

    def __post_init__(self) -> None:
        for name, declared in self.inputs().items():
            object.__setattr__(self, name, declared.check(name, getattr(self, name)))
        prompts = self.prompts_used()
        for name, declared in self.inputs().items():
            object.__setattr__(self, name, declared.beside(getattr(self, name), prompts))

    @classmethod
    def name(cls) -> str:
        """The experiment's name on the command line, in links and in files: "noise-loop" for NoiseLoop."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        """The tab's title: "Noise loop" for NoiseLoop."""
        return cls.name().replace("-", " ").capitalize()

    @classmethod
    def label(cls) -> str:
        """What stands on the tab: what one does there, in a word or three, or else the title."""
        return cls.tab or cls.title()

    @classmethod
    def inputs(cls) -> dict[str, Input]:
        """Every declared input by field name: the shared ones first."""
        return {field.name: field.metadata["input"] for field in dataclasses.fields(cls)}

    @classmethod
    def own_inputs(cls) -> dict[str, Input]:
        """The inputs that only this experiment has."""
        return {name: declared for name, declared in cls.inputs().items() if name not in Experiment.inputs()}

    @classmethod
    def problems(cls, settings: Mapping[str, Any]) -> dict[str, InputError]:
        """What is wrong with settings from outside, by field; empty when they make an experiment."""
        return dict(cls._problems(settings))

    @classmethod
    def _problems(cls, settings: Mapping[str, Any]) -> Iterator[tuple[str, InputError]]:
        inputs = cls.inputs()
        for name, value in settings.items():
            if name not in inputs:
                yield name, InputError(name, value, Message("{tab} has no such setting", tab=cls.title()))
                continue
            try:
                inputs[name].check(name, value)
            except InputError as error:
                yield name, error

    @classmethod
    def at_its_field(cls, error: InputError) -> str:
        """What stands at the field that an error is about: what is wrong in words, or else its labelled message."""
        return error.wrong or cls.labelled(error)

    @classmethod
    def labelled(cls, error: InputError) -> Message:
        """An error's message with what people call its field, where that is one of ours."""
        declared = cls.inputs().get(error.field)
        values = {**error.message.values, "field": declared.named(error.field) if declared else error.field}
        return Message("{field} = {value} is not allowed: {allowed}", **values)

    def settings(self) -> dict[str, Any]:
        """Every field as JSON-able values; `type(self)(**settings)` is equal to self."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(self).items()
        }

    def resolved(self, defaults: Defaults) -> Experiment:
        """This experiment with every setting that was left to the model filled in from its `defaults`."""
        missing = {name: getattr(defaults, name) for name in Experiment.inputs() if getattr(self, name) is None}
        return dataclasses.replace(self, **missing) if missing else self

    @classmethod
    def usual(cls, defaults: Defaults) -> dict[str, Any]:
        """What every field is where nobody sets it: its own default, or the model's."""
        own = {name: declared.check(name, getattr(cls, name)) for name, declared in cls.inputs().items()}
        shared = Experiment.inputs()
        return {
            name: getattr(defaults, name) if value is None and name in shared else value for name, value in own.items()
        }

    @property
    def sampling(self) -> Sampling:
        """How its points are rendered. Only a resolved experiment has all of it: InputError for another."""
        return Sampling(*map(self._resolved, ("num_inference_steps", "scheduler", "height", "width")))

    @property
    def guidance(self) -> float:
        """The `guidance_scale` of a resolved experiment. Raises InputError where it is left to the model."""
        return self._resolved("guidance_scale")

    def _resolved(self, name: str) -> Any:
        if (value := getattr(self, name)) is None:
            raise InputError(name, None, "set it, or take the model's with resolved()")
        return value

    def prompts_used(self) -> list[str]:
        """Every text of it that goes to the text encoder."""
        return [p for name, declared in self.inputs().items() for p in declared.prompts(getattr(self, name))]

    def plan(self, studio: Studio) -> Plan:
        """Turns the settings into places and points. Raises InputError where fields do not go together."""
        raise NotImplementedError
