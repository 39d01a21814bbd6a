"""What tests of teaching share: a tiny model that can really be taught, pictures, concepts made by hand."""

from __future__ import annotations

import torch
from PIL import Image, ImageDraw
from torch import nn

from explorer.engine import models
from explorer.engine.concepts import Concept
from explorer.engine.engine import Engine
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.tasks import TaskStore
from explorer.space.adapters import Adapter
from explorer.space.points import Defaults
from tests.tiny import tiny_sd, tiny_sdxl

SMALL = Defaults(width=32, height=32, num_inference_steps=3, guidance_scale=5.0)


def networks(pipe=None, **options) -> DiffusersNetworks:
    made = DiffusersNetworks(models.from_pipeline(pipe or tiny_sd(**options), "tiny", SMALL))
    made.signature = "tiny"  # a pipeline in memory has another fingerprint in every process
    return made


def sdxl() -> DiffusersNetworks:
    return networks(tiny_sdxl())


def tiny_engine(folder=None, **options) -> Engine:
    return Engine(networks(**options), tasks=TaskStore(folder))


def draw(seed: int, side: int = 32) -> Image.Image:
    """A blob of a colour of its own on a beige background."""
    picture = Image.new("RGB", (side, side), (238, 222, 190))
    colour = (40 + 50 * (seed % 4), 200 - 40 * (seed % 5), 30 * (seed % 7))
    ImageDraw.Draw(picture).ellipse((side // 4, side // 4, 3 * side // 4, 3 * side // 4 - seed % 3), fill=colour)
    return picture


def adapter_of(module: nn.Module, part: str = "unet", seed: int = 1, rank: int = 2, size: float = 0.3) -> Adapter:
    """A random change of every attention layer, and of one convolution of a UNet."""
    draws, layers = torch.Generator().manual_seed(seed), {}
    for path, layer in module.named_modules():
        if isinstance(layer, nn.Linear) and path.endswith(("to_q", "to_out.0", "q_proj")):
            shapes = (rank, layer.in_features), (layer.out_features, rank)
        elif isinstance(layer, nn.Conv2d) and path.endswith("mid_block.resnets.0.conv1"):
            shapes = (rank, *layer.weight.shape[1:]), (layer.out_channels, rank, 1, 1)
        else:
            continue
        layers[f"{part}.{path}"] = tuple(size * torch.randn(shape, generator=draws) for shape in shapes)
    return Adapter(layers)


def concept_of(own: DiffusersNetworks, word: str = "<bolt>", *, vectors: int = 2, adapter: bool = True, seed: int = 1):
    """A made-up concept for a model."""
    draws = torch.Generator().manual_seed(seed)
    taught = tuple(0.1 * torch.randn(vectors, width, generator=draws) for width in own.text_widths)
    return Concept(word, taught, adapter_of(own.pipe.unet, seed=seed) if adapter else None, "cat")
