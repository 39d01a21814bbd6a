"""Ways around one conditioning: straight on, towards a random direction, along the shell of its norm, round a circle.

Contract: a way is made of a conditioning and mostly a seed, and gives the conditioning at any place of it, a pure
function; at 0 every open way gives the start itself. Where a frame stands depends on the seed and the place alone, not
on how many frames are asked for: a walk that is extended, or refined by halving its step, meets its old frames.

Lengths are root mean squares over all the numbers of `prompt_embeds`, which are of the order of 1: a walk of length 0.1
has changed each number by 0.1 on average, whichever way it took. SDXL's `pooled_prompt_embeds` come along, by the same
part of their own size.

What moves. A random direction is one vector of the width of a token, the same for every token, as the tutorial's all
ones are: with directions of their own the tokens contradict each other, and the picture dissolves instead of becoming
another one. The first token, which no prompt has any influence on, is left alone by all ways but the tutorial's: UNets
lean on it, and moving it by a third of the way to another prompt spoils the picture (looked at with the bundled model:
pink shreds, where the same walk without it still shows a boat at a beach).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from explorer.messages import Message
from explorer.space.points import Conditioning, digest

LEG = 1.0  # how far a walk on the shell goes before it turns: nearly as far as an unrelated prompt
Way = Callable[[float], Conditioning]


def distance(a: Conditioning, b: Conditioning) -> float:
    """How far apart two conditionings are: the root mean square of the differences of their `prompt_embeds`."""
    return _size(a.prompt_embeds - b.prompt_embeds)


def straight(start: Conditioning) -> Way:
    """Adds the same to every number of every token: `prompt_embeds + length`.

    The walk of the Keras tutorial "A walk through latent space with Stable Diffusion" (Stenbit, Chollet, Wood, 2022).
    """
    tokens, pooled = start.prompt_embeds, start.pooled_prompt_embeds

    def at(length: float) -> Conditioning:
        if length == 0:
            return start
        moved = None if pooled is None else pooled + length * _size(pooled) / _size(tokens)
        return Conditioning(tokens + length, moved, start.adapters)

    return at


def direction(start: Conditioning, seed: int) -> Way:
    """Goes straight on towards a random direction: a vector of unit root mean square, `length` times.

    It leaves the shell: after a length of 1 the tokens are about 1.4 times as long as any real one.
    """
    reach = _reach(start)

    def move(rows: Tensor, part: float) -> Tensor:
        return rows + part * _size(rows) * _vector(rows.shape[-1], seed, 0)

    return lambda length: _each(start, lambda rows: move(rows, length / reach)) if length else start


def shell(start: Conditioning, seed: int) -> Way:
    """A random walk on which every token keeps its norm: great arcs of length `LEG`, a random turn after each.

    It remembers the corners it has passed, which are functions of `start` and `seed`.
    """
    reach, corners = _reach(start), [start]

    def on(leg: int, length: float) -> Conditioning:
        return _each(corners[leg], lambda rows: _turn(rows, length / reach, _vector(rows.shape[-1], seed, leg)))

    def at(length: float) -> Conditioning:
        leg = int(length / LEG)
        while len(corners) <= leg:
            corners.append(on(len(corners) - 1, LEG))
        return on(leg, length - leg * LEG) if length else start

    return at


def circle(start: Conditioning, seed: int, radius: float) -> Way:
    """Once around `start` at the distance `radius`, every token keeping its norm. Places are parts of one turn.

    It is a parallel on the shell with `start` as its pole, so equal parts are equally long steps. Raises ValueError for
    a radius of more than a quarter round the shell.
    """
    reach = _reach(start)
    if not 0 <= radius <= math.sqrt(2) * reach:
        raise ValueError(
            Message(
                "radius: {radius} is not from 0 to {most}, a quarter round the shell",
                radius=repr(radius),
                most=f"{math.sqrt(2) * reach:.3g}",
            )
        )
    tilt = 2 * math.asin(radius / (2 * reach))

    def move(rows: Tensor, turn: float) -> Tensor:
        angle, width = 2 * math.pi * (turn % 1), rows.shape[-1]
        east = _across(_vector(width, seed, 0), rows)
        north = _across(_vector(width, seed, 1), rows, east)
        return _turn(rows, tilt, math.cos(angle) * east + math.sin(angle) * north)

    return lambda turn: _each(start, lambda rows: move(rows, turn))


def _each(start: Conditioning, move: Callable[[Tensor], Tensor]) -> Conditioning:
    """`start` with `move` applied to all tokens (rows of a matrix) but the first, and to the pooled embeddings."""
    tokens, pooled = start.prompt_embeds, start.pooled_prompt_embeds
    moved = None if pooled is None else move(pooled[None])[0]
    return Conditioning(torch.cat([tokens[:1], move(tokens[1:])]), moved, start.adapters)


def _turn(rows: Tensor, angle: float, towards: Tensor) -> Tensor:
    """Each row turned by `angle` in radians towards a direction, along a great arc: its norm stays."""
    return math.cos(angle) * rows + math.sin(angle) * rows.norm(dim=-1, keepdim=True) * _across(towards, rows)


def _across(vector: Tensor, *others: Tensor) -> Tensor:
    """For each row of the others, which are at right angles, the unit vector across them nearest to `vector`."""
    for other in others:
        unit = torch.nn.functional.normalize(other, dim=-1)
        vector = vector - (vector * unit).sum(-1, keepdim=True) * unit
    return torch.nn.functional.normalize(vector, dim=-1)


def _vector(width: int, seed: int, number: int) -> Tensor:
    """The random direction of that number, of unit root mean square, from a stream that no noise comes from."""
    generator = torch.Generator("cpu").manual_seed(int.from_bytes(digest("walk", seed, number)[:7], "little"))
    vector = torch.randn(width, generator=generator)
    return vector / _size(vector)


def _size(tensor: Tensor) -> float:
    """The root mean square."""
    return float(tensor.square().mean().sqrt())


def _reach(start: Conditioning) -> float:
    """The root mean square of `prompt_embeds` with the first token, which stays, at zero: the radius of the shell."""
    return _size(torch.cat([torch.zeros_like(start.prompt_embeds[:1]), start.prompt_embeds[1:]]))
