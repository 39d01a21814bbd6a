"""Depth to image: what a model is told, where a depth map comes from, and which model it takes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.models import ModelError, load
from explorer.engine.networks import DiffusersNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.depth_to_image import DepthToImage
from explorer.experiments.inputs import InputError
from tests.tiny import tiny_sd


def plan_of(engine, **settings):
    return DepthToImage(**settings).resolved(engine.networks.defaults).plan(engine)


def slope(width: int = 64, height: int = 64) -> Image.Image:
    """Near on the right."""
    row = np.linspace(0, 255, width).astype(np.uint8)
    return Image.fromarray(np.repeat(row[None], height, 0)).convert("RGB")


def test_a_picture_its_depth_and_a_picture_a_seed_and_strength(engine):
    plan = plan_of(engine, depth=slope(), strengths=(0.5, 1), count=2, seed=7)
    captions = [place.caption for place in plan.places]
    assert captions[:3] == ["start", "depth map", "strength 0.5, seed 7"]
    assert captions[3:] == ["strength 1, seed 7", "strength 0.5, seed 8", "strength 1, seed 8"]
    assert [plan.point(i).strength for i in range(6)] == [0, 0, 0.5, 1, 0.5, 1]
    depth = plan.point(2).depth
    assert depth.shape == (8, 8)
    assert depth.aminmax() == (-1, 1)
    assert (depth.diff(dim=1) > 0).all()
    frames = {event.index: event for event in engine.render(plan) if isinstance(event, Frame)}
    shown = np.asarray(frames[1].image.convert("L"), dtype=int)
    assert shown.shape == (64, 64)
    assert shown[:, -1].min() > 240
    assert shown[:, 0].max() < 15


def test_without_a_map_the_model_estimates_one_and_a_flat_one_is_no_division_by_zero(engine):
    estimated, given = plan_of(engine), plan_of(engine, depth=Image.new("RGB", (64, 64), "gray"))
    assert estimated.point(2).depth.aminmax() == (-1, 1)
    assert not given.point(2).depth.any()
    digests = {plan.point(2).digest(4, False) for plan in (estimated, given, plan_of(engine, depth=slope()))}
    assert len(digests) == 3


def test_a_model_that_is_not_told_says_which_one_it_takes():
    networks = FakeNetworks()
    networks.extras = ()
    with pytest.raises(InputError, match="such as sd2-community/stable-diffusion-2-depth: start the program"):
        plan_of(Engine(networks, FrameStore()))
    networks.extras, networks.estimate_depth = ("depth",), lambda _: None
    with pytest.raises(InputError, match="depth = None is not allowed: a depth map, near is white"):
        plan_of(Engine(networks, FrameStore()))


def test_a_checkpoint_brings_its_own_estimator(tmp_path):
    tiny_sd(in_channels=5).save_pretrained(tmp_path)
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=8,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        DPTForDepthEstimation(config).save_pretrained(tmp_path / "depth_estimator")
    DPTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(tmp_path / "feature_extractor")
    engine = Engine(DiffusersNetworks(load(str(tmp_path), device="cpu", dtype="float32")), FrameStore())
    near = engine.estimate_depth(slope())
    assert near.ndim == 2  # as the network sees it, larger or smaller than the picture
    assert near.std() > 0
    plan = plan_of(engine, width=64, height=64, num_inference_steps=2)
    assert plan.point(2).depth.aminmax() == (-1, 1)
    (tmp_path / "depth_estimator/model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="its depth estimator cannot be read"):
        load(str(tmp_path), device="cpu", dtype="float32")
