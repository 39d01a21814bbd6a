"""From a declared input to a widget: the only place where kinds of input and kinds of widget meet.

Widgets show the bounds; what a visitor or a script sends is checked by the declaration, not by the widget, so that an
error names the field and says what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import ImageData
from gradio.processing_utils import save_bytes_to_cache

from explorer.experiments.inputs import Choice, Input, Integer, Numbers, Picture, Prompt, Prompts, Real, Seeds
from explorer.experiments.pictures import EXAMPLES, MAX_BYTES, canonical, webp_file
from explorer.ui.widget import WidgetMeta


class _Slider(gr.Slider, metaclass=WidgetMeta):
    """A slider that leaves the check to the declaration, whose error names the field."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        return payload


class _Dropdown(gr.Dropdown, metaclass=WidgetMeta):
    """A dropdown that leaves the check to the declaration."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        return payload


class _Radio(gr.Radio, metaclass=WidgetMeta):
    """A row of choices that leaves the check to the declaration."""

    is_template = True

    def preprocess(self, payload: Any) -> Any:
        return payload


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


EXAMPLE = {True: "7, 42, 100..107", False: "0.5, 1, 2..4, 5..10:2.5"}
"""How lists of numbers are written, by whether they are whole."""


@dataclass(frozen=True)
class Control:
    """The widgets of one field. `read` makes the field's value of theirs, `write` theirs of the field's value.

    `changed` are the events after which the value is a new one worth pricing; `entered` those that mean "go".
    """

    name: str
    components: list[gr.components.Component]
    read: Callable[[Sequence[Any]], Any]
    write: Callable[[Any], list[Any]]
    changed: list[Any]
    entered: list[Any]


def settings_of(controls: Sequence[Control], values: Sequence[Any]) -> dict[str, Any]:
    """The settings that the values of the controls' widgets stand for, in order and unchecked."""
    settings, rest = {}, list(values)
    for c in controls:
        own, rest = rest[: len(c.components)], rest[len(c.components) :]
        settings[c.name] = c.read(own)
    return settings


def _single(name: str, component: Any, changed: Any, entered: Sequence[Any] = ()) -> Control:
    return Control(name, [component], lambda values: values[0], lambda value: [value], [changed], list(entered))


def control(name: str, declared: Input, value: Any, elem_id: str) -> Control:
    """The widgets for a declared input, showing `value`, made where it is called on the page."""
    makers: Mapping[type[Input], Callable[..., Control]] = {
        Integer: _number,
        Real: _number,
        Choice: _choice,
        Prompts: _prompts,
        Prompt: _prompt,
        Numbers: _numbers,
        Seeds: _numbers,
        Picture: _picture,
    }
    return makers[type(declared)](name, declared, value, elem_id)


def _label(name: str, declared: Input) -> str:
    return declared.label or name.replace("_", " ").capitalize()


def _number(name: str, declared: Integer | Real, value: Any, elem_id: str) -> Control:
    known = {"label": _label(name, declared), "info": declared.help, "value": value, "elem_id": elem_id}
    if declared.high - declared.low > 10_000:  # a slider of four billion stops is no help
        with gr.Group():
            number = gr.Number(precision=None, **known)
            dice = gr.Button("🎲 Another", size="sm", elem_id=f"{elem_id}-dice")
        dice.click(None, None, number, js=f"() => Math.floor(Math.random() * {declared.high + 1})")
        return _single(name, number, number.change)
    slider = _Slider(declared.low, declared.high, step=declared.step, **known)
    return _single(name, slider, slider.change)


def _choice(name: str, declared: Choice, value: Any, elem_id: str) -> Control:
    known = {"label": _label(name, declared), "info": declared.help, "value": value, "elem_id": elem_id}
    few = len(declared.options) <= 3
    widget = _Radio(list(declared.options), **known) if few else _Dropdown(list(declared.options), **known)
    return _single(name, widget, widget.change)


def _prompt(name: str, declared: Prompt, value: str, elem_id: str) -> Control:
    text = gr.Textbox(value, label=_label(name, declared), info=declared.help, max_lines=4, elem_id=elem_id)
    return _single(name, text, text.blur, [text.submit])


def _numbers(name: str, declared: Numbers, value: Sequence[float], elem_id: str) -> Control:
    def show(numbers: Sequence[float]) -> str:
        return ", ".join(repr(number).removesuffix(".0") for number in numbers)  # exact, as a link needs it

    text = gr.Textbox(
        show(value),
        label=_label(name, declared),
        info=declared.help,
        placeholder=EXAMPLE[declared.whole],
        elem_id=elem_id,
    )
    return Control(name, [text], lambda v: v[0] or "", lambda v: [show(v)], [text.blur], [text.submit])


def _picture(name: str, declared: Picture, value: str, elem_id: str) -> Control:
    """A picture to drop, paste or take, with the examples to click on.

    What comes in is shown as it will be used as soon as it is there; what is no picture stays, for the declaration's
    error to be about.
    """
    with gr.Column(elem_classes="picture"):
        image = _Image(
            declared.check(name, value),
            label=_label(name, declared),
            sources=["upload", "webcam", "clipboard"],
            type="filepath",
            height=260,
            buttons=["fullscreen"],
            alt_text=_label(name, declared),
            elem_id=elem_id,
        )
        gr.Markdown(declared.help, elem_classes="picture-help")
        with gr.Row(elem_classes="picture-examples"):
            buttons = {
                example: gr.Button(example, icon=path, size="sm", min_width=80, elem_id=f"{elem_id}-{example}")
                for example, path in EXAMPLES.items()
            }

    def tidied(given: bytes | str | None) -> Any:
        try:
            picture = canonical(given) if given else None
        except ValueError:
            return gr.skip()
        # Gradio fires "input" with the old picture when it is removed: answered, it would come back.
        return gr.skip() if picture is None or webp_file(picture) == given else picture

    quick = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    image.input(tidied, image, image, **quick)
    for example, button in buttons.items():
        button.click(lambda example=example: canonical(example), None, image, **quick)
    return _single(name, image, image.change)


def _prompts(name: str, declared: Prompts, value: Sequence[str], elem_id: str) -> Control:
    """A box a prompt, with buttons to add one and to take the last one away; blank boxes at the end do not count."""
    with gr.Group():
        boxes = [
            gr.Textbox(
                value[i] if i < len(value) else "",
                label=declared.names[i] if declared.names else f"Prompt {i + 1}",
                info=declared.help if i == 0 else None,
                max_lines=4,
                visible=i < len(value),
                elem_id=f"{elem_id}-{i}",
            )
            for i in range(declared.high)
        ]
        with gr.Row(visible=declared.low < declared.high):
            add = gr.Button("+ Add a prompt", size="sm", elem_id=f"{elem_id}-add")
            remove = gr.Button("− Remove the last", size="sm", elem_id=f"{elem_id}-remove")
    shown = gr.State(len(value))

    def show(prompts: Sequence[str], count: int) -> list[Any]:
        texts = [*prompts[:count], *[""] * (declared.high - len(prompts[:count]))]
        return [*(gr.update(value=text, visible=i < count) for i, text in enumerate(texts)), count]

    def read(values: Sequence[Any]) -> list[str]:
        prompts = [text or "" for text in values[: declared.high]]
        while prompts and not prompts[-1].strip():
            prompts.pop()
        return prompts

    quick = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    everything = [*boxes, shown]
    add.click(lambda *v: show(v[:-1], min(v[-1] + 1, declared.high)), everything, everything, **quick)
    remove.click(lambda *v: show(v[:-1], max(v[-1] - 1, declared.low)), everything, everything, **quick)
    changed, entered = [box.blur for box in boxes], [box.submit for box in boxes]
    return Control(name, everything, read, lambda prompts: show(prompts, len(prompts)), changed, entered)
