"""Inside the autoencoder: a picture, the latents it becomes, the picture they become, and what pokes do to that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from PIL import Image
from torch import Tensor

from explorer.experiments.autoencoder_looks import Channel, Decoded, ErrorMap, Original
from explorer.experiments.base import Experiment, Studio
from explorer.experiments.inputs import Choice, InputError, Integer, Numbers, Picture
from explorer.experiments.pictures import FITS, fitted
from explorer.messages import Message
from explorer.space.noise import Noise
from explorer.space.plans import Look, Place, Plan, Shown
from explorer.space.points import Point
from explorer.space.pokes import faded, mixed, noised, scaled, swapped

THERE_AND_BACK, CHANNELS, POKED = 0, 1, 2
"""The rows, as they stand in a place's second coordinate."""

SCALE, NOISE, BLANK, FADE, SWAP, MIX = (
    "scale everything",
    "add noise",
    "blank each channel",
    "fade a channel",
    "swap two channels",
    "mix in a second picture",
)

AMOUNTS: Mapping[str, tuple[float, ...]] = {
    SCALE: (0, 0.25, 0.5, 1, 1.5, 2, 3),
    NOISE: (0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1),
    FADE: (0, 0.5, 1, 1.5, 2, 3),
    SWAP: (0, 0.25, 0.5, 0.75, 1),
    MIX: (0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1),
}
"""What is tried of each poke when no amounts are given; BLANK goes through the channels of the model."""


@dataclass(frozen=True, kw_only=True)
class InsideTheAutoencoder(Experiment):
    """A model does not draw pixels. It draws latents, a much smaller picture, and an autoencoder makes pixels of them.

    Here is a picture on its way there and back, what was lost on the way, the channels of its latents, and what becomes
    of it when somebody pokes them. Nothing is denoised: prompts, guidance, steps and sampler play no role here.
    """

    view: ClassVar[str] = "compare"
    tab: ClassVar[str] = "Under the hood"
    position: ClassVar[int] = 9
    presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "A planet, and what each channel does": {"picture": "planet", "poke": BLANK},
        "How much noise it bears": {"picture": "boat", "poke": NOISE},
        "Louder": {"picture": "still-life", "poke": SCALE},
        "Hills become a boat": {"picture": "hills", "poke": MIX, "second_picture": "boat"},
    }

    picture: str = Picture("What goes in.").field("planet")
    poke: str = Choice(
        "What is done to its latents before they are decoded again.",
        options=(SCALE, NOISE, BLANK, FADE, SWAP, MIX),
    ).field(BLANK)
    amounts: tuple[float, ...] = Numbers(
        "How much of it, a picture for each. Scale: times so much. Noise: its share, 0 to 1. Fade, swap, mix: 0 not at "
        "all, 1 all of it. Blank: the channels' numbers. Empty: a choice that suits the poke.",
        low=-16.0,
        high=16.0,
        least=0,
        most=32,
    ).field(())
    channel: int = Integer(
        "The channel that is faded or swapped.", low=1, high=16, only_with=("poke", (FADE, SWAP))
    ).field(1)
    second_channel: int = Integer("The channel it is swapped with.", low=1, high=16, only_with=("poke", (SWAP,))).field(
        2
    )
    second_picture: str = Picture("What is mixed in.", only_with=("poke", (MIX,))).field("boat")
    fit: str = Choice("How pictures of another shape are brought to the size.", options=FITS, place="more").field(
        "crop"
    )

    def plan(self, studio: Studio) -> Plan:
        """Places at (picture, row): there and back, a channel each, and (amount, row) for the poked; in this order.

        `at(column, row)` is the point whose latents are decoded there as they are: no row of the UNet is run.
        """
        size, shape = (self.sampling.width, self.sampling.height), studio.latents_shape(self.sampling)
        original, amounts = fitted(self.picture, *size, self.fit), self._amounts(shape[0])
        latents, poked = studio.encode_picture(original), self._poked(studio)
        conditioning, negative = studio.encode(""), studio.encode_negative("")
        noise = Noise.of(self.seed)

        def at(column: float, row: float) -> Point:
            init_latents = poked(latents, column) if row == POKED else latents
            return Point(conditioning, negative, noise.latents(shape), noise, 1.0, init_latents, strength=0.0)

        title, look = Message("Poked: {poke}", poke=self.poke), Decoded(original)
        places = [*_there_and_back(original, shape), *_channels(shape, size)]
        for amount in amounts:
            settings = {"row": title, "channel" if self.poke == BLANK else "amount": amount}
            places.append(Place((amount, POKED), self._caption(amount), settings, look=look))
        rows = {place.coordinates[1]: place.settings["row"] for place in places}
        shown = Shown(("", "row"), rows)  # what the columns are is another thing in each row
        return Plan(tuple(places), at, self.sampling, ordering=lambda count: list(range(count)), shown=shown)

    def _amounts(self, channels: int) -> tuple[float, ...]:
        """The amounts of this poke, checked against it and against the model. Raises InputError."""
        used = {FADE: ("channel",), SWAP: ("channel", "second_channel")}.get(self.poke, ())
        for name in used:
            if getattr(self, name) > channels:
                raise InputError(name, getattr(self, name), Message("a channel of this model, 1 to {n}", n=channels))
        amounts = self.amounts or AMOUNTS.get(self.poke, tuple(range(channels + 1)))
        if self.poke == NOISE and not all(0 <= amount <= 1 for amount in amounts):
            raise InputError("amounts", amounts, Message("numbers from 0 to 1 when the poke is '{poke}'", poke=NOISE))
        if self.poke == BLANK and not all(amount in range(channels + 1) for amount in amounts):
            allowed = Message(
                "channels of this model, 1 to {n}, or 0 for none, when the poke is '{poke}'", n=channels, poke=BLANK
            )
            raise InputError("amounts", amounts, allowed)
        return amounts

    def _poked(self, studio: Studio) -> Callable[[Tensor, float], Tensor]:
        """The poke as a function of latents and an amount."""
        one, two = self.channel - 1, self.second_channel - 1
        if self.poke == MIX:
            second = fitted(self.second_picture, self.sampling.width, self.sampling.height, self.fit)
            other = studio.encode_picture(second)
            return lambda latents, amount: mixed(latents, amount, other)
        return {
            SCALE: scaled,
            NOISE: lambda latents, amount: noised(latents, amount, Noise.of(self.seed).latents(latents.shape)),
            BLANK: lambda latents, amount: faded(latents, 1, int(amount) - 1) if amount else latents,
            FADE: lambda latents, amount: faded(latents, amount, one),
            SWAP: lambda latents, amount: swapped(latents, amount, one, two),
        }[self.poke]

    def _caption(self, amount: float) -> str:
        captions = {
            SCALE: Message("the latents times {n}", n=f"{amount:g}"),
            NOISE: Message("{n} of noise", n=f"{amount:.0%}"),
            BLANK: Message("without channel {n}", n=f"{amount:g}") if amount else Message("with all channels"),
            FADE: Message("channel {c} faded by {n}", c=self.channel, n=f"{amount:g}"),
            SWAP: Message(
                "channels {a} and {b} swapped by {n}", a=self.channel, b=self.second_channel, n=f"{amount:g}"
            ),
            MIX: Message("{n} of the way to the second picture", n=f"{amount:.3g}"),
        }
        return captions[self.poke]


def _there_and_back(original: Image.Image, shape: tuple[int, int, int]) -> list[Place]:
    """The original, what is lost, and what comes back: in this order, so that the ends of the row are the pair."""
    channels, height, width = shape
    fewer = 3 * original.width * original.height / (channels * height * width)
    shapes = f"{original.width} × {original.height} × 3 → {width} × {height} × {channels}"
    note = Message("{shapes}: {n} times fewer numbers", shapes=shapes, n=f"{fewer:.3g}")
    looks: dict[str, Look] = {
        Message("original"): Original(original, note),
        Message("error"): ErrorMap(original),
        Message("decoded"): Decoded(original),
    }
    settings = {"row": Message("There and back")}
    return [Place((i, THERE_AND_BACK), name, settings, look=look) for i, (name, look) in enumerate(looks.items())]


def _channels(shape: tuple[int, int, int], size: tuple[int, int]) -> list[Place]:
    channels, height, width = shape
    settings = {"row": Message("Latent channels, {w} × {h} × {c}", w=width, h=height, c=channels)}
    return [
        Place(
            (number, CHANNELS),
            Message("channel {n} of {m}", n=number, m=channels),
            settings,
            look=Channel(number - 1, *size),
        )
        for number in range(1, channels + 1)
    ]
