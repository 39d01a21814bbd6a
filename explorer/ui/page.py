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
from explorer.messages import Message
from explorer.outputs.runs import Runs
from explorer.outputs.taught_words import TaughtWords
from explorer.ui.active_jobs import ActiveJobs
from explorer.ui.asked import Desk
from explorer.ui.bilingual import BilingualPage, language_button, language_of
from explorer.ui.cards import Cards
from explorer.ui.controls import Control, control
from explorer.ui.due import Due
from explorer.ui.even_steps import connect_even_steps
from explorer.ui.forms import Form
from explorer.ui.history import connect_history, draw_history
from explorer.ui.limits import Door, Limits
from explorer.ui.live import Live
from explorer.ui.live_route import live_routes
from explorer.ui.live_switch import LiveSwitch, connect_live
from explorer.ui.memory import Memory
from explorer.ui.model_words import ModelWords, word_routes
from explorer.ui.opening import MAX_FILE_SIZE, connect_opening, draw_opening
from explorer.ui.reopening import Reopening
from explorer.ui.saving import saved_routes
from explorer.ui.shared_line import draw_line
from explorer.ui.sharing import connect_sharing
from explorer.ui.shipped import Gallery
from explorer.ui.singles import Singles
from explorer.ui.tab import Tab
from explorer.ui.taught_words import YourWords, connect_words, taker
from explorer.ui.teaching import TeachTab
from explorer.ui.uses import connect_uses
from explorer.ui.views import StatusView
from explorer.ui.visits import connect_visits
from explorer.ui.vocabulary import Vocabulary


def build_page(
    engine: Engine,
    runs: Runs,
    experiments: Mapping[str, type[Experiment]],
    limits: Limits | None = None,
    gallery: Gallery | None = None,
    *,
    live: bool = True,
    words: TaughtWords | None = None,
    address: str | None = None,
) -> gr.Blocks:
    """The whole page over one engine; every visitor gets runs of their own in `runs`.

    `limits` are for what a visitor may ask (None: no limits), `gallery` has what the stages show before anything is
    rendered (None: nothing); `live` says whether pictures may follow the hand at all. Taught words are kept in `words`
    (None: nothing is taught). `address` is where strangers find the page (as `cards.public_address` gives it; None: it
    is not known).
    """
    gr.set_static_paths([runs.root])
    active, door = ActiveJobs(), Door(limits)
    vocabulary = Vocabulary(engine, words, door.limits.words_mb) if words else None
    desk = Desk(engine, vocabulary)
    gallery = gallery or Gallery()
    singles = Singles(engine, gallery)
    with BilingualPage(title="Latent Explorer", analytics_enabled=False) as page:
        cards = Cards(experiments, address)
        page.routes, page.rewritten = [*gallery.served(), *singles.served(), *cards.served()], cards.rewritten
        page.routes += saved_routes(runs, singles)
        switch, yours, history, opening = _draw_top(experiments, live=live, teaches=vocabulary is not None)
        if door.limits.space:
            _draw_space_notice(engine)
        notice = StatusView(elem_id="notice")
        teaches = yours is not None and engine.networks.pipe is not None
        others = [TeachTab.name] if teaches else []
        memory, due = Memory(elem_id="memory"), Due([*experiments, *others], elem_id="due")
        shared = _draw_shared(engine)
        told = {"desk": desk, "due": due, "memory": memory, "history": history}
        with gr.Tabs(elem_id="tabs") as shown:
            tabs, teaching = [], None
            kinds = [*experiments.values(), *([TeachTab] if teaches else [])]
            for kind in sorted(kinds, key=lambda kind: kind.position):
                if kind is TeachTab:
                    teaching = TeachTab(engine, runs, vocabulary, yours, door, due=due, memory=memory)
                else:
                    more = {"door": door, "gallery": gallery, "singles": singles}
                    tabs.append(Tab(kind, shared, engine, runs, active, **told, **more))
        due.after_changes([*shared, *(c for tab in tabs for c in tab.own)])
        if engine.words:
            ModelWords(engine.words, engine.networks.name, elem_id="words")
            page.routes = [*page.routes, *word_routes(engine.words)]
        for tab in tabs:
            connect_visits(tab)
            connect_even_steps(tab)
        form = Form(tabs, shared, shown, due, others)
        reopening = Reopening(form)
        connect_uses(form, notice)
        connect_sharing(page, form, notice, memory=memory, history=history, runs=runs, cards=cards)
        take = taker(vocabulary, yours, notice) if yours else None
        connect_opening(opening, reopening, notice, take, [yours] if yours else [])
        connect_history(history, runs, reopening.outputs, reopening.updates)
        if switch:
            drawing = Live(engine, form.by_name, active, desk, door, singles=singles)
            connect_live(page, drawing, switch, tabs)
            page.routes = [*page.routes, *live_routes(drawing, language_of)]
        if yours:
            (field,) = next(c for c in shared if c.name == "concepts").components
            connect_words(page, yours, vocabulary, field)
            page.routes = [*page.routes, *vocabulary.served()]
        for left in (active.left, desk.left, *([teaching.left] if teaching else [])):
            page.unload(left)
    return page


def _draw_top(experiments: Mapping[str, type[Experiment]], *, live: bool, teaches: bool) -> tuple[Any, ...]:
    """The line at the top; of its widgets those that are told something: Live, the words, the runs, and the opening."""
    with gr.Row(elem_id="top"):
        gr.Button("To the picture", size="sm", elem_id="to-picture", elem_classes="skip")
        gr.Button("To the tabs", size="sm", elem_id="to-tabs", elem_classes="skip")
        gr.Markdown("# Latent Explorer", elem_id="title")
        switch = LiveSwitch(elem_id="live") if live else None
        yours = YourWords(elem_id="taught") if teaches else None
        history, opening = draw_history(experiments), draw_opening()
        language_button()
        gr.Button("◐", size="sm", elem_id="dark", min_width=36, scale=0)
    return switch, yours, history, opening


def _draw_space_notice(engine: Engine) -> None:
    """What to expect here, and the way to a copy of one's own: on a Hugging Face Space only."""
    with gr.Row(elem_id="space", elem_classes="space"):
        if engine.networks.device.type == "cpu":
            gr.Markdown(
                "This runs on a shared CPU, so the pictures are small and the first ones take a few seconds. "
                "A copy of this Space is yours alone, and on a GPU it takes Stable Diffusion.",
                elem_id="space-notice",
            )
        gr.DuplicateButton("Duplicate this Space", elem_id="duplicate", scale=0, min_width=180)


def _draw_shared(engine: Engine) -> list[Control]:
    networks, defaults = engine.networks, engine.networks.defaults
    size = {"width": defaults.width, "height": defaults.height}
    model = Message("{name}, {width} × {height} px, on {device}", name=networks.name, device=networks.device, **size)
    shared, inputs, usual = [], Experiment.inputs(), Experiment.usual(defaults)
    rows = ("seed", "guidance_scale", "negative_prompt"), tuple(inputs)[3:-1]
    with gr.Column(elem_id="shared", elem_classes="menu"):
        line = draw_line(defaults, [name for names in rows for name in names])
        gr.Button("▴", size="sm", elem_id="shared-more", min_width=36, scale=0)
        with gr.Column(elem_classes="drawer"):
            gr.Markdown(Message("Seed, guidance, steps, size — for every tab  ({model})", model=model))
            for names in rows:
                with gr.Row():
                    shared += [control(name, inputs[name], usual[name], elem_id=f"shared-{name}") for name in names]
    line.connect(shared)
    unseen = tuple(inputs)[-1]  # the taught words
    return [*shared, control(unseen, inputs[unseen], usual[unseen], elem_id=f"shared-{unseen}")]


def launch_options() -> dict[str, Any]:
    """What `Blocks.launch` needs for the page to look as it should and to ask nothing of the outside world."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "sans-serif"]
    theme = gr.themes.Default(
        primary_hue="indigo", neutral_hue="slate", font=fonts, font_mono=["ui-monospace", "monospace"]
    )
    theme.set(body_text_color_subdued="*neutral_500", block_info_text_color="*neutral_500")
    return {
        "theme": theme,
        "footer_links": ["gradio", "settings"],
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "show_error": True,
        "max_file_size": MAX_FILE_SIZE,
    }
