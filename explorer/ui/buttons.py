"""Buttons: a row of buttons as one widget with one event, however many they are.

The event `press` says as `key` which button it was; `pressed` checks that. A button's id on the page is "ID-KEY".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gradio as gr

from explorer.ui.text import LANGUAGES, say
from explorer.ui.widget import Widget


class Buttons(Widget):
    """A row of buttons. `names`: key -> what the button says; `icons`: key -> a picture on it.

    The value is None or a mapping with `off`: whether none of them may be pressed. `before` stands before them, and
    `also` are more of their words, by their keys. `step` says that a press is a step back to which the browser's Back
    leads.
    """

    kind = "buttons"
    fires = ("press",)

    def __init__(
        self,
        value: Mapping[str, Any] | None = None,
        *,
        names: Mapping[str, str] | None = None,
        id: str = "",
        before: str = "",
        also: Mapping[str, str] = MappingProxyType({}),
        step: bool = False,
        icons: Mapping[str, Path] | None = None,
        **props: Any,
    ) -> None:
        self._names, self._icons = dict(names or {}), dict(icons or {})
        said = {str.__str__(text): text for text in (*self._names.values(), before) if text} | dict(also)
        texts = {tag: {key: say(text, tag) for key, text in said.items()} for tag in LANGUAGES}
        shown = {"names": self._names, "id": id, "before": before, "step": step}
        super().__init__(value, words=said, texts=texts, **shown, **props)

    def postprocess(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """What is sent to the browser: the value, and the addresses of the icons."""
        icons = {key: self.serve_static_file(path) for key, path in self._icons.items()}
        return {**(value or {}), "icons": icons} if icons else value and dict(value)

    def pressed(self, event: gr.EventData) -> str:
        """That of the button that was pressed. Raises KeyError for an event that is not one of ours."""
        key = getattr(event, "key", None)
        if not isinstance(key, str) or key not in self._names:
            raise KeyError(key)
        return key
