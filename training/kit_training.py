"""On the bare machine: composites on all cores, encoded and learnt on the GPU while more come, for so many minutes.

    python -m training.kit train --kit pocket-kit --out $OUT --minutes 7 [--rows 1536] [--peak 1e-3] [--compile]

Latents stay in the device's memory, captions as tokens: their states are made anew in every step, which a GPU hardly
notices. Weights are left in `--out` every minute, so that a run that is cut off has them; the average is what comes
back. Going on means a new warm-up from there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.training_utils import EMAModel
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn.functional import mse_loss
from transformers import CLIPTextModel, CLIPTokenizer

from training import drawings, kit
from training.autoencoder import encode
from training.machines import Machine, this_machine
from training.muon import optimizers, update
from training.pack import sampler
from training.parts import PROJECT
from training.pictures import Part, Said, made
from training.questions import NEWCOMERS, TUTORIALS
from training.recipe import RECIPES, Pace, Recipe
from training.unet import DROPPED_CAPTIONS, between_features, counts, fresh, noise_schedule, noised, spread

SEED = 90
"""From the recipe's seed, and more by the clock: no run sees the composites of another, or the report's."""
MOST = 600_000
"""Composites that are kept: 2.4 GB of latents. When they are all there, no more are made."""
LEAST = 500
"""Of every mix before the first step."""
HELD_OUT = 64
"""Of every mix, at most a quarter: never learnt from, for the errors that are reported."""
EVERY = 60.0
"""Seconds between two sets of weights."""


class Pool:
    """Latents and tokens of one mix in the device's memory, more and more of them.

    Attributes:
        most: that it can hold.
        count: that it holds.
        held: of them, the first, that are never learnt from.
    """

    def __init__(self, most: int, machine: Machine) -> None:
        self.most = most
        self.held = min(HELD_OUT, most // 4)
        device = machine.device
        self._latents = torch.empty(most, 8, 16, 16, dtype=torch.float16, device=device)
        self._tokens = torch.empty(most, 77, dtype=torch.int32, device=device)
        self.count = 0

    @property
    def full(self) -> bool:
        return self.count >= self.most

    def add(self, latents: Tensor, tokens: Tensor) -> None:
        """Takes as many as there is room for."""
        room = min(len(latents), self.most - self.count)
        rows = slice(self.count, self.count + room)
        self._latents[rows], self._tokens[rows] = latents[:room], tokens[:room]
        self.count += room

    def take(self, count: int) -> tuple[Tensor, Tensor]:
        """So many by lot, latents in float32."""
        chosen = torch.randint(self.held, self.count, (count,), device=self._latents.device)
        return self._latents[chosen].float(), self._tokens[chosen]

    def held_out(self) -> tuple[Tensor, Tensor]:
        """Those that are never taken."""
        return self._latents[: self.held].float(), self._tokens[: self.held]


class Composing:
    """Composites of all mixes, made by other processes and put into pools when they are finished."""

    def __init__(self, folder: Path, recipe: Recipe, model: Path, machine: Machine, *, seed: int, most: int) -> None:
        self._folder, self._seed, self._machine = folder, seed, machine
        self._vae = AutoencoderTiny.from_pretrained(model / "vae", torch_dtype=torch.float32).to(machine.device).eval()
        self._tokenizer = CLIPTokenizer.from_pretrained(model / "tokenizer", model_max_length=77)
        self.pools = {each.mix: Pool(max(8, round(most * each.share)), machine) for each in recipe.portions}
        self._part = min(250, *(len(pool._latents) for pool in self.pools.values()))
        self._next = dict.fromkeys(self.pools, 0)
        self._cores = max(1, (os.cpu_count() or 2) - 1)
        self._workers = ProcessPoolExecutor(self._cores, mp_context=get_context("spawn"))
        self._waiting: dict[Future[tuple[np.ndarray, list[Said]]], str] = {}

    def poll(self) -> None:
        """Takes in what is finished, and asks for more of the pools that are the furthest from full."""
        for done in [each for each in self._waiting if each.done()]:
            self._add(self._waiting.pop(done), *done.result())
        asked = list(self._waiting.values())
        while len(self._waiting) < 2 * self._cores:
            open_ = [mix for mix, pool in self.pools.items() if not pool.full]
            if not open_:
                return
            share = {
                mix: (self.pools[mix].count + self._part * asked.count(mix)) / len(self.pools[mix]._latents)
                for mix in open_
            }
            mix = min(open_, key=share.__getitem__)
            part = Part(self._folder, mix, self._seed, self._next[mix], self._part)
            self._next[mix] += self._part
            self._waiting[self._workers.submit(made, part)] = mix
            asked.append(mix)

    def fill(self, least: int) -> None:
        """Waits until every pool has so many and one to learn from, or is full."""
        while any(pool.count < max(least, pool.held + 1) and not pool.full for pool in self.pools.values()):
            self.poll()
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends the other processes."""
        self._workers.shutdown(wait=False, cancel_futures=True)

    @torch.no_grad()
    def _add(self, mix: str, seen: np.ndarray, said: Sequence[Said]) -> None:
        with self._machine.autocast():
            latents = encode(self._vae, seen, self._machine, rows=250) * self._vae.config.scaling_factor
        words = [each.caption for each in said]
        tokens = self._tokenizer(words, padding="max_length", truncation=True, return_tensors="pt").input_ids
        self.pools[mix].add(latents.to(self._machine.device), tokens.to(self._machine.device))


class Student:
    """The UNet that learns from pools.

    Args:
        pace: whose steps are unknown: `rate` gets the share of the time that is over.
    """

    def __init__(
        self,
        unet: UNet2DConditionModel,
        model: Path,
        recipe: Recipe,
        pace: Pace,
        machine: Machine,
        *,
        compiled: bool = False,
    ) -> None:
        self._machine, self._recipe, self._pace = machine, recipe, pace
        self._layout = torch.channels_last if machine.device.type == "cuda" else torch.contiguous_format
        self._unet = unet.to(machine.device, memory_format=self._layout).train().requires_grad_(True)
        self._network = torch.compile(self._unet) if compiled else self._unet
        self._reader = (
            CLIPTextModel.from_pretrained(model / "text_encoder", dtype=torch.float32).to(machine.device).eval()
        )
        tokenizer = CLIPTokenizer.from_pretrained(model / "tokenizer", model_max_length=77)
        self._nothing = tokenizer("", padding="max_length", return_tensors="pt").input_ids.to(machine.device)
        self._signal = noise_schedule().alphas_cumprod.to(machine.device)
        self._optimizers = optimizers(self._unet, pace.peak, between_features)
        self._average = EMAModel(self._unet.parameters(), decay=0.999, use_ema_warmup=True, power=0.75)
        self._average.to(machine.device)
        self._noise = torch.Generator()
        self.steps = 0

    def step(self, pools: Sequence[Pool], over: float) -> float:
        """One step, `over` of the time being over (0 to 1); returns the loss."""
        device = self._machine.device
        taken = [pool.take(n) for pool, n in zip(pools, self._counts, strict=True)]
        clean, tokens = (torch.cat(each) for each in zip(*taken, strict=True))
        dropped = torch.rand(len(tokens), 1, device=device) < DROPPED_CAPTIONS
        timesteps = spread(len(clean), len(self._signal), self._noise).to(device)
        random = torch.randn_like(clean)
        noisy, wanted = noised(clean, random, self._signal[timesteps][:, None, None, None])
        with self._machine.autocast():
            with torch.no_grad():
                states = self._reader(torch.where(dropped, self._nothing, tokens.long())).last_hidden_state
            predicted = self._network(noisy.contiguous(memory_format=self._layout), timesteps, states).sample
        loss = mse_loss(predicted.float(), wanted)
        rising = min(1.0, (self.steps + 1) / self._pace.warmup)
        falling = min(1.0, max(0.01, (1 - over) / self._pace.decay))
        update(self._unet, loss, self._optimizers, self._pace.peak * min(rising, falling))
        self._average.step(self._unet.parameters())
        self.steps += 1
        return loss.item()

    @torch.no_grad()
    def errors(self, pools: Mapping[str, Pool]) -> dict[str, float]:
        """The loss of the averaged weights on what was held out of each mix, under the same noise each time."""
        self._average.store(self._unet.parameters())
        self._average.copy_to(self._unet.parameters())
        found = {mix: self._error(*pool.held_out()) for mix, pool in pools.items()}
        self._average.restore(self._unet.parameters())
        return found

    def _error(self, clean: Tensor, tokens: Tensor) -> float:
        noise = torch.Generator().manual_seed(SEED)
        timesteps = spread(len(clean), len(self._signal), noise).to(clean.device)
        random = torch.randn(clean.shape, generator=noise).to(clean.device)
        noisy, wanted = noised(clean, random, self._signal[timesteps][:, None, None, None])
        with self._machine.autocast():
            states = self._reader(tokens.long()).last_hidden_state
            predicted = self._unet(noisy, timesteps, states).sample
        return round(mse_loss(predicted.float(), wanted).item(), 4)

    @property
    def _counts(self) -> list[int]:
        return counts([each.share for each in self._recipe.portions], self._pace.rows)

    def averaged(self, folder: Path) -> UNet2DConditionModel:
        """The average of the weights, left in a folder in half precision."""
        self._average.store(self._unet.parameters())
        self._average.copy_to(self._unet.parameters())
        half = UNet2DConditionModel.from_config(self._unet.config).half()
        half.load_state_dict({name: value.half().cpu() for name, value in self._unet.state_dict().items()})
        self._average.restore(self._unet.parameters())
        half.save_pretrained(folder)
        return half


def main(arguments: list[str] | None = None) -> None:
    """Makes composites, learns until the minutes are over, and leaves weights, report and pictures."""
    flags = _parser().parse_args(arguments)
    began = time.monotonic()
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    recipe, machine, work = RECIPES[(flags.kit / "recipe").read_text().strip()], this_machine(), flags.work
    model = PROJECT / "explorer" / "assets" / "pocket"
    flags.out.mkdir(parents=True, exist_ok=True)
    draw(flags.kit, work)
    _tell("drawings", began)
    seed = recipe.seed + SEED + int(time.time()) % 100_000
    composing = Composing(work, recipe, model, machine, seed=seed, most=flags.most)
    unet = _start(flags.kit, model, recipe)
    student = Student(unet, model, recipe, _pace(flags), machine, compiled=flags.compile)
    composing.fill(flags.least)
    _tell("first composites", began)
    before = student.errors(composing.pools)
    losses = learn(student, composing, flags.minutes * 60, flags.out, work)
    composing.stop()
    unet = student.averaged(work / "unet")
    kit.split(work / "unet", flags.out)
    report = {
        "device": str(machine.device), "rows": flags.rows, "peak": flags.peak, "steps": student.steps,
        "pictures": student.steps * flags.rows, "seconds": round(time.monotonic() - began), "losses": losses,
        "errors_before": before, "errors_after": student.errors(composing.pools),
        "composites": {mix: pool.count for mix, pool in composing.pools.items()},
    }  # fmt: skip
    (flags.out / "report.json").write_text(json.dumps(report, indent=1))
    sheet(unet, model, machine, flags.out / "sheet.webp", flags.sheet)
    _tell(f"{student.steps} steps", began)


def draw(packed: Path, work: Path) -> None:
    """Renders the kit's drawings over the cores into a work folder; does nothing if they are there."""
    if (work / "drawings.json").exists():
        return
    work.mkdir(parents=True, exist_ok=True)
    rows, shapes = zip(*kit.read_drawings(packed / "drawings.xz"), strict=True)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as workers:
        found = list(workers.map(kit.rendered, shapes, chunksize=16))
    kept = [(picture, row) for picture, row in zip(found, rows, strict=True) if picture is not None]
    drawings.write(work, np.stack([picture for picture, _ in kept]), [row for _, row in kept])


def learn(student: Student, composing: Composing, seconds: float, out: Path, work: Path) -> list[list[float]]:
    """Steps until the time is over; returns seconds and mean losses, a pair every ten seconds."""
    pools, began, saved, told = list(composing.pools.values()), time.monotonic(), 0.0, 0.0
    losses: list[list[float]] = []
    recent: list[float] = []
    while (over := time.monotonic() - began) < seconds or not student.steps:
        recent.append(student.step(pools, over / seconds))
        composing.poll()
        if over - told > 10:
            losses.append([round(over), round(float(np.mean(recent)), 4)])
            _tell(f"step {student.steps}, loss {losses[-1][1]}, {sum(pool.count for pool in pools)} composites", began)
            recent, told = [], over
        if over - saved > EVERY:
            student.averaged(work / "unet")
            kit.split(work / "unet", out)
            saved = over
    return losses or [[0, round(float(np.mean(recent)), 4)]]


@torch.no_grad()
def sheet(unet: UNet2DConditionModel, model: Path, machine: Machine, file: Path, count: int) -> None:
    """Pictures of what newcomers and the tutorials ask for, three seeds each, over their prompts."""
    pipe = StableDiffusionPipeline.from_pretrained(model, unet=unet.float(), torch_dtype=torch.float32)
    pipe.scheduler = sampler()
    pipe.set_progress_bar_config(disable=True)
    pipe.to(machine.device)
    prompts = [*NEWCOMERS, *TUTORIALS][:count]
    with machine.autocast():
        noises = [torch.Generator().manual_seed(seed) for _ in prompts for seed in range(3)]
        asked = [prompt for prompt in prompts for _ in range(3)]
        made_ = pipe(asked, num_inference_steps=20, guidance_scale=5.0, generator=noises, output_type="np").images
    rows = -(-len(prompts) // 4)
    whole = Image.new("RGB", (4 * 396, rows * 146), "white")
    for number, prompt in enumerate(prompts):
        left, top = number % 4 * 396, number // 4 * 146
        for seed in range(3):
            picture = Image.fromarray((made_[3 * number + seed] * 255).round().astype(np.uint8))
            whole.paste(picture, (left + 130 * seed, top))
        ImageDraw.Draw(whole).text((left + 2, top + 130), prompt, fill="black")
    whole.save(file, quality=85)


def _start(packed: Path, model: Path, recipe: Recipe) -> UNet2DConditionModel:
    """What an earlier run brought back, else the bundled one, else, where the recipe has no start, random weights."""
    if (packed / "unet" / "config.json").exists():
        return UNet2DConditionModel.from_pretrained(packed / "unet", torch_dtype=torch.float32)
    if recipe.start is None:
        return fresh(replace(recipe, text_width=256))
    return UNet2DConditionModel.from_pretrained(model / "unet", torch_dtype=torch.float32)


def _pace(flags: argparse.Namespace) -> Pace:
    return Pace(steps=1, rows=flags.rows, peak=flags.peak, warmup=100, decay=0.45)


def _tell(what: str, began: float) -> None:
    print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.kit train", description=__doc__)
    parser.add_argument("--kit", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="for parts of the weights, report.json, sheet.webp")
    parser.add_argument("--minutes", type=float, required=True, help="of learning, composites and drawings not counted")
    parser.add_argument("--work", type=Path, default=Path("/tmp/kit-work"), help="for drawings (default /tmp/kit-work)")
    parser.add_argument("--rows", type=int, default=1_536, help="of a batch (default 1536)")
    parser.add_argument("--peak", type=float, default=1e-3, help="the learning rate (default 0.001)")
    parser.add_argument("--most", type=int, default=MOST, help=f"composites that are kept (default {MOST})")
    parser.add_argument("--least", type=int, default=LEAST, help=f"of each mix before the first step (default {LEAST})")
    parser.add_argument("--compile", action="store_true", help="torch.compile: a minute of the time for faster steps")
    parser.add_argument("--sheet", type=int, default=99, help="prompts on the sheet at most (default all)")
    return parser
