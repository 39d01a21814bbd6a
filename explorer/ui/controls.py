"""From the widget that a declared input names to the widgets themselves: the only table of their makers.

Widgets show the bounds; what a visitor or a script sends is checked by the declaration, not by the widget, so that an
error names the field and says what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData
from gradio.processing_utils import save_bytes_to_cache

from explorer.experiments.inputs import Input
from explorer.experiments.pictures import MAX_BYTES, canonical, webp_file
from explorer.messages import Message
from explorer.ui.buttons import Buttons
from explorer.ui.canvas import NOTHING, Canvas
from explorer.ui.taught_field import TaughtField, texts_in
from explorer.ui.widget import WidgetMeta


def _as_it_came(_widget: Any, payload: Any) -> Any:
    """The check is the declaration's, whose error names the field. (Gradio goes by the first base class: no mixin.)"""
    return payload


class _Slider(gr.Slider, metaclass=WidgetMeta):
    is_template = True
    preprocess = _as_it_came


class _Dropdown(gr.Dropdown, metaclass=WidgetMeta):
    is_template = True
    preprocess = _as_it_came


class _Radio(gr.Radio, metaclass=WidgetMeta):
    is_template = True
    preprocess = _as_it_came


class _Image(gr.Image, metaclass=WidgetMeta):
    """A picture that gives the bytes of its file as they are, and shows a canonical picture.

    Gradio's own would turn and convert the file, and write another; what is right to do is the declaration's business.
    What has come before is a file in Gradio's cache (nothing else gets past it), so no path is read that a visitor made
    up, and no name of an example.
    """

    is_template = True

    def preprocess(self, payload: ImageData | None) -> bytes | str | None:
        """The uploaded file, or a data URL. At most MAX_BYTES + 1 bytes: the one more is refused by the declaration."""
        if payload is None or payload.path is None:
            url = payload.url if payload else None
            return url if url and url.startswith("data:") else None
        with Path(payload.path).open("rb") as file:
            return file.read(MAX_BYTES + 1)

    def postprocess(self, value: str | None) -> ImageData | None:
        """The canonical picture's very file, put where Gradio serves files from."""
        if value is None:
            return None
        path = save_bytes_to_cache(webp_file(value), "picture.webp", self.GRADIO_CACHE)
        return ImageData(path=path, orig_name="picture.webp")


QUICK = {"show_progress": "hidden", "queue": False, "api_visibility": "private"}
"""For events that answer at once: past the queue, without a sign of waiting, for the page alone."""


ONE_MORE = {"add": "+ Add a prompt", "remove": "− Remove the last"}


@dataclass(frozen=True)
class Control:
    """The widgets of one field. `read` makes the field's value of theirs, `write` theirs of the field's value.

    `changed` are the events after which the value is a new one worth pricing; `entered` those that mean "go"; `arrived`
    those of values that no hand typed or dragged in: an upload, a dice.
    """

    name: str
    components: list[gr.components.Component]
    read: Callable[[Sequence[Any]], Any]
    write: Callable[[Any], list[Any]]
    changed: list[Any]
    entered: list[Any]
    arrived: list[Any] = field(default_factory=list)


def settings_of(controls: Sequence[Control], values: Sequence[Any]) -> dict[str, Any]:
    """The settings that the values of the controls' widgets stand for, in order and unchecked."""
    settings, rest = {}, list(values)
    for c in controls:
        own, rest = rest[: len(c.components)], rest[len(c.components) :]
        settings[c.name] = c.read(own)
    return settings


def _single(
    name: str, component: Any, changed: Any, entered: Sequence[Any] = (), arrived: Sequence[Any] = ()
) -> Control:
    events = [changed], list(entered), list(arrived)
    return Control(name, [component], lambda values: values[0], lambda value: [value], *events)


def control(name: str, declared: Input, value: Any, elem_id: str) -> Control:
    """The widgets for a declared input, showing `value`, made where it is called on the page."""
    widget = declared.widget
    words = {"label": declared.named(name), "info": declared.help, "elem_id": elem_id}
    return MAKERS[widget.maker](name, value, words, **widget.properties)


Words = Mapping[str, str]
"""What every widget of a control is told: its `label`, its `info`, and its `elem_id`."""


def _slider(name: str, value: Any, words: Words, *, low: float, high: float, step: float) -> Control:
    slider = _Slider(low, high, step=step, value=value, **words)
    return _single(name, slider, slider.change)


def _number(name: str, value: Any, words: Words, *, high: float, **_bounds: float) -> Control:
    """A number to type: a slider of four billion stops is no help."""
    with gr.Group():
        number = gr.Number(precision=None, value=value, **words)
        dice = gr.Button("🎲 Another", size="sm", elem_id=f"{words['elem_id']}-dice")
    dice.click(None, None, number, js=f"() => Math.floor(Math.random() * {high + 1})")
    return _single(name, number, number.change, arrived=[number.change])


def _choice(kind: type[_Radio | _Dropdown], name: str, value: Any, words: Words, *, options: Sequence[str]) -> Control:
    choice = kind(list(options), value=value, **words)
    return _single(name, choice, choice.change)


def _text(name: str, value: str, words: Words, *, speaks: bool = False) -> Control:
    text = gr.Textbox(value, max_lines=4, elem_classes="prompt" if speaks else None, **words)
    return _single(name, text, text.blur, [text.submit])


def _numbers(name: str, value: Sequence[float], words: Words, *, example: str) -> Control:
    def show(numbers: Sequence[float]) -> str:
        return ", ".join(repr(number).removesuffix(".0") for number in numbers)  # exact, as a link needs it

    text = gr.Textbox(show(value), placeholder=example, **words)
    return Control(name, [text], lambda v: v[0] or "", lambda v: [show(v)], [text.blur], [text.submit])


def _picture(name: str, value: str | None, words: Words, *, examples: Mapping[str, Path]) -> Control:
    """A picture to drop, paste or take, with the examples to click on.

    What comes in is shown as it will be used as soon as it is there; what is no picture stays, for the declaration's
    error to be about.
    """
    label, elem_id = words["label"], words["elem_id"]
    with gr.Column(elem_classes="picture"):
        image = _Image(
            value and canonical(value),
            label=label,
            sources=["upload", "webcam", "clipboard"],
            type="filepath",
            height=150,
            buttons=["fullscreen"],
            alt_text=label,
            elem_id=elem_id,
        )
        gr.Markdown(words["info"], elem_classes="picture-help")
        buttons = Buttons(names={name: name for name in examples}, icons=examples, id=elem_id)

    def tidied(given: bytes | str | None) -> Any:
        try:
            picture = canonical(given) if given else None
        except ValueError:
            return gr.skip()
        # Gradio fires "input" with the old picture when it is removed: answered, it would come back.
        return gr.skip() if picture is None or webp_file(picture) == given else picture

    def example(event: gr.EventData) -> str:
        return canonical(buttons.pressed(event))

    image.input(tidied, image, image, **QUICK)
    buttons.press(example, None, image, **QUICK)
    return _single(name, image, image.change, arrived=[image.change])


def _canvas(
    name: str, value: Any, words: Words, *, examples: Mapping[str, Path], layers: Sequence[str], optional: bool = False
) -> Control:
    """A start picture with a canvas over it; its value is a picture or, with a layer for the mask, both.

    Of an optional one without a picture, or with a layer for a mask that is empty, it is None.
    """
    elem_id, usual, masked = words["elem_id"], next(iter(examples)), "mask" in layers

    def show(value: Any) -> list[Any]:
        if not masked:
            return [value and canonical(value), NOTHING]
        parts = (
            {"picture": usual, "mask": ""} if value is None else value if isinstance(value, Mapping) else vars(value)
        )
        return [canonical(parts["picture"]), {"mask": parts["mask"], "painted": None}]

    def read(values: Sequence[Any]) -> Any:
        image, given = values[0], values[1] or NOTHING
        picture = given["painted"] or image
        if not masked:
            return picture
        return {"picture": picture, "mask": given["mask"]} if given["mask"] or not optional else None

    picture, given = show(value)
    with gr.Column(elem_classes="painting"):
        if masked:
            gr.Markdown(Message("**{label}** {info}", **words), elem_classes="parts-help")
        canvas = Canvas(given, image=elem_id, layers=layers, elem_id=f"{elem_id}-canvas")
        inner = _picture(name, picture, words, examples=examples)
    components = [*inner.components, canvas]
    return Control(name, components, read, show, [*inner.changed, canvas.painted], [], inner.arrived)


def _texts(name: str, value: Sequence[str], words: Words, *, low: int, high: int, names: Sequence[str]) -> Control:
    """A box a prompt, with buttons to add one and to take the last one away; blank boxes at the end do not count."""
    elem_id = words["elem_id"]
    with gr.Group():
        boxes = [
            gr.Textbox(
                value[i] if i < len(value) else "",
                label=names[i] if names else Message("Prompt {n}", n=i + 1),
                info=words["info"] if i == 0 else None,
                max_lines=4,
                visible=i < len(value),
                elem_id=f"{elem_id}-{i}",
                elem_classes="prompt",
            )
            for i in range(high)
        ]
        more = Buttons(names=ONE_MORE, id=elem_id, visible=low < high, elem_classes="more")
    shown = gr.State(len(value))

    def show(prompts: Sequence[str], count: int) -> list[Any]:
        texts = [*prompts[:count], *[""] * (high - len(prompts[:count]))]
        return [*(gr.update(value=text, visible=i < count) for i, text in enumerate(texts)), count]

    def read(values: Sequence[Any]) -> list[str]:
        prompts = [text or "" for text in values[:high]]
        while prompts and not prompts[-1].strip():
            prompts.pop()
        return prompts

    def one_more(event: gr.EventData, *values: Any) -> list[Any]:
        *prompts, count = values
        return show(prompts, min(count + 1, high) if more.pressed(event) == "add" else max(count - 1, low))

    everything = [*boxes, shown]
    more.press(one_more, everything, everything, **QUICK)
    changed, entered = [box.blur for box in boxes], [box.submit for box in boxes]
    return Control(name, everything, read, lambda prompts: show(prompts, len(prompts)), changed, entered)


def _parts(name: str, value: Any, words: Words, *, parts: Mapping[str, Input]) -> Control:
    """The widgets of every part, one below the other."""
    with gr.Group():
        gr.Markdown(Message("{label}: {info}", **words), elem_classes="parts-help")
        inner = [
            control(part, declared, getattr(value, part), elem_id=f"{words['elem_id']}-{part}")
            for part, declared in parts.items()
        ]
    return Control(
        name,
        [component for c in inner for component in c.components],
        lambda values: settings_of(inner, values),
        lambda value: [widget for c in inner for widget in c.write(getattr(value, c.name))],
        [event for c in inner for event in c.changed],
        [event for c in inner for event in c.entered],
        [event for c in inner for event in c.arrived],
    )


def _taught(name: str, value: Sequence[str], words: Words) -> Control:
    """Nothing to see: it is written by the list of the visitor's words."""
    field = TaughtField({"texts": list(value)}, elem_id=words["elem_id"])
    return Control(name, [field], lambda values: texts_in(values[0]), lambda texts: [list(texts)], [], [])


MAKERS: Mapping[str, Callable[..., Control]] = {
    "slider": _slider,
    "number": _number,
    "radio": partial(_choice, _Radio),
    "dropdown": partial(_choice, _Dropdown),
    "text": _text,
    "texts": _texts,
    "numbers": _numbers,
    "picture": _picture,
    "canvas": _canvas,
    "parts": _parts,
    "taught": _taught,
}
"""How each widget that an input can name is made."""
