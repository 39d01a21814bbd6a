"""Made-up figures of a model, as the report would find them."""

from typing import Any

import numpy as np

from training.figures import share
from training.questions import Question

LINES = (
    "subject, first 1",
    "subject, first 5",
    "scene, first 1",
    "style, first 1",
    "color, first 1",
    "unseen, first 10",
)


def figures_of(digest: str = "0123456789ab", hits: int = 7) -> dict[str, Any]:
    """Of a model that gets `hits` of 10 questions right, with a judge that gets 9 right."""
    asked = [Question("a dog", tuple("abcdefghijkl"), (0,))] * 10
    told = {}
    for name in LINES:
        first = int(name.rsplit(maxsplit=1)[1])
        told[name] = share(np.array([1] * hits + [12] * (10 - hits)), asked, first)
        told[name]["ceiling"] = share(np.array([1] * 9 + [12]), asked, first)
    steps = {"unevenness": 1.5, "worst": 2.5, "curve": [1.0] * 8, "of": 8}
    return {
        "model": f"models/{digest}",
        "digest": digest,
        "extent": "full",
        "measured": f"2026-11-2{hits} 10:00",
        "machine": "a machine, 2 cores",
        "settings": {"steps": 20, "guidance": 5.0},
        "core": 12,
        "judge": "abcdef01",
        "shares": told,
        "subjects": {"cat": 1, "dog": 4, "apple": 77, "kettle": 99},
        "autoencoder": {"psnr_db": 28.61, "pictures": 500},
        "text_encoder": {"nearest": {"puppy": ["dog", "cat"]}, "held_out_cosine": 0.68},
        "smoothness": {"judge": steps, "pixels": steps},
        "seconds": {"engine, one picture": {"median": 0.71, "shortest": 0.7, "longest": 0.9}},
        "size": {"bytes": 42_100_000, "largest_bytes": 22_000_000, "largest": "unet/model.safetensors"},
    }
