"""What live drawing is measured against: the engine without a page, and a slider through Gradio's queue.

Both draw the drafts that the page draws, of the bundled model; each runs in a process of its own.
"""

from __future__ import annotations

import io
import itertools
import json
import time
from dataclasses import replace
from pathlib import Path

import gradio as gr

from explorer import load
from explorer.engine.drafts import DraftRender
from explorer.engine.engine import Engine, Frame
from explorer.experiments import registry

SLIDER = (0.0, 30.0)
WARM_UP = 12  # drafts


def draft(engine: Engine, guidance_scale: float) -> bytes:
    """A draft of the first place of the first tab as JPEG."""
    settings = registry()["interpolation"](guidance_scale=guidance_scale).resolved(engine.defaults)
    plan = settings.plan(engine)
    one = replace(plan, places=plan.places[:1])
    frame = next(event for event in DraftRender(engine, one) if isinstance(event, Frame))
    buffer = io.BytesIO()
    frame.image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def scales():
    """Guidance from one end of the slider to the other and back, without an end."""
    there = [SLIDER[0] + 0.1 * i for i in range(1, int(10 * SLIDER[1]))]
    return itertools.cycle([*there, *reversed(there)])


def rate(folder: str, seconds: float) -> None:
    """Writes how many drafts a second the engine makes and what the slowest twentieth takes to FOLDER/alone.json."""
    engine, values = load(cache_folder=Path(folder) / "cache"), scales()
    engine.warm_up()
    for _ in range(WARM_UP):
        draft(engine, next(values))
    took, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter()
        draft(engine, next(values))
        took.append(time.perf_counter() - before)
    said = {"a second": len(took) / sum(took), "p95": sorted(took)[int(0.95 * len(took))]}
    (Path(folder) / "alone.json").write_text(json.dumps(said))


def serve_queue(folder: str, port: int) -> None:
    """A page with one slider whose picture comes through Gradio's queue; it serves until it is ended."""
    engine = load(cache_folder=Path(folder) / "cache")
    engine.warm_up()

    def drawn(guidance_scale: float) -> str:
        path = Path(folder) / f"{time.monotonic_ns()}.jpg"
        path.write_bytes(draft(engine, guidance_scale))
        return str(path)

    with gr.Blocks() as page:
        slider = gr.Slider(*SLIDER, step=0.1, elem_id="slider")
        image = gr.Image(elem_id="image", type="filepath")
        slider.input(drawn, slider, image, trigger_mode="always_last", show_progress="hidden")
    page.launch(server_port=port, allowed_paths=[folder], quiet=True)
