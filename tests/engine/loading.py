"""What the tests of loading share: spoiling a model's files, and asking for the sentence that refuses it."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.engine.models import ModelError, load

UNET, TEXT = "unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors"


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
