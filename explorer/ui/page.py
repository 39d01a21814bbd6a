"""The page: settings that all tabs share, a tab an experiment, all of it derived from the declarations.

It draws and it connects. What an input is comes from `experiments`, what a tab does from `tab`. Nothing here knows any
one experiment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from explorer.engine.engine import Engine
from explorer.experiments.base import Experiment
from explorer.outputs.runs import Runs
from explorer.ui.controls import Control, control
from explorer.ui.sharing import connect_sharing
from explorer.ui.tab import Tab
from explorer.ui.under_way import UnderWay
from explorer.ui.uses import connect_uses
from explorer.ui.views import StatusView, source


def build_page(engine: Engine, runs: Runs, experiments: Mapping[str, type[Experiment]]) -> gr.Blocks:
    """The whole page over one engine; every visitor gets runs of their own in `runs`."""
    gr.set_static_paths([runs.root])
    under_way = UnderWay()
    with gr.Blocks(title="Latent Explorer", analytics_enabled=False) as page:
        gr.Markdown(
            "# Latent Explorer\nSee what lies between, around and behind the pictures of Stable Diffusion.",
            elem_id="title",
        )
        notice = StatusView(elem_id="notice")
        shared = _draw_shared(engine)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap") as shown:
            tabs = [Tab(experiment, shared, engine, runs, under_way) for experiment in experiments.values()]
        connect_uses(tabs, shared, shown)
        connect_sharing(page, tabs, shared, shown, notice)
        page.unload(under_way.left)
    return page


def _draw_shared(engine: Engine) -> list[Control]:
    networks, defaults = engine.networks, engine.networks.defaults
    model = f"{networks.name}, {defaults.width} × {defaults.height} px, on {networks.device}"
    shared, inputs = [], dict(Experiment.inputs())
    with gr.Accordion(f"Seed, guidance, steps, size — for every tab  ({model})", open=False, elem_id="shared"):
        for names in (("seed", "guidance_scale", "negative_prompt"), tuple(inputs)[3:]):
            with gr.Row():
                for name in names:
                    value = getattr(Experiment, name)
                    value = getattr(defaults, name) if value is None else value
                    shared.append(control(name, inputs[name], value, elem_id=f"shared-{name}"))
    return shared


def launch_options() -> dict[str, Any]:
    """What `Blocks.launch` needs for the page to look as it should and to ask nothing of the outside world."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "sans-serif"]
    theme = gr.themes.Default(
        primary_hue="indigo", neutral_hue="slate", font=fonts, font_mono=["ui-monospace", "monospace"]
    )
    theme.set(body_text_color_subdued="*neutral_500", block_info_text_color="*neutral_500")
    return {
        "theme": theme,
        "css": source("page.css"),
        "footer_links": ["gradio", "settings"],
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "show_error": True,
        "max_file_size": "8mb",
    }
