"""The line of what all tabs share, always in sight: seed, guidance, steps, size, sampler, each edited in place.

Contract: the form controls are the truth, and stand on the page whether they are seen or not. The line is told their
values whenever one changes, and what is edited in it is written to them by the browser itself; no request is made for
either. What differs from the usual is marked, and one button makes all of it usual again. Views read and write the same
values through it (`explorer.shared` on the page).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Choice, Input
from explorer.space.points import Defaults
from explorer.ui.controls import QUICK, Control
from explorer.ui.widget import Widget

GATHER = "(value) => explorer.shared?.gather({place}, value)"


class SharedLine(Widget):
    """The line. `fields` are the shared inputs, `usual` what each is where nobody sets it; its value is {values}."""

    kind = "line"
    fires = ("put",)

    def __init__(
        self,
        value: Mapping[str, Any] | None = None,
        *,
        fields: Mapping[str, Input] | None = None,
        usual: Mapping[str, Any] | None = None,
        **props: Any,
    ) -> None:
        fields, labels = dict(fields or {}), {f.named(name): f.named(name) for name, f in (fields or {}).items()}
        told = [{"name": name, "label": field.named(name), **_bounds(field)} for name, field in fields.items()]
        super().__init__(value, phrases=("line",), words=labels, fields=told, usual=dict(usual or {}), **props)

    def connect(self, shared: Sequence[Control]) -> None:
        """Keeps the line and the controls of the same."""
        components = [component for c in shared for component in c.components]
        for place, component in enumerate(components):  # each by itself: Gradio searches the page for every value
            component.change(None, component, None, js=GATHER.format(place=place), **QUICK)
        put = f"(...values) => explorer.put({self.elem_id!r}, values)"
        self.put(None, components, components, js=put, **QUICK)


def _bounds(field: Input) -> dict[str, Any]:
    """What the browser has to know of a field."""
    if isinstance(field, Choice):
        return {"options": list(field.options)}
    return {name: getattr(field, name) for name in ("low", "high", "step") if hasattr(field, name)}


def draw_line(defaults: Defaults, names: Sequence[str]) -> SharedLine:
    """The line, where it is called on the page, of the shared inputs in the order of their controls."""
    usual, inputs = Experiment.usual(defaults), Experiment.inputs()
    usual, fields = {name: usual[name] for name in names}, {name: inputs[name] for name in names}
    return SharedLine({"values": list(usual.values())}, fields=fields, usual=usual, elem_id="shared-line")
