"""PadView: a square of pictures, travelled with a handle: the cells cross-fade, and letting go asks for the real one.

Contract: a drop-in for FilmView, with the same value and the same rules (see `views`). Coordinates in frames.json are
(x, y) in [0, 1]; `settings.prompt` has the words of a corner. The state has `x` and `y` too; `index` is the nearest
cell. Moving makes no request. Letting go off the cells fires `visit` (see `visits`), and what comes back is shown if
the handle is still there.
"""

from __future__ import annotations

from typing import Any, ClassVar

from explorer.ui.views import RunView, number

PAD_TEXTS = {
    "pad": "Pad: move between the four corners",
    "role": "two-dimensional slider",
    "sheet": "All pictures; Enter goes to one",
    "weights": "Parts of the four corners",
    "part": "{part} % {name}",
    "save": "Save picture",
    "cell": "Cell {row}, {column}",
    "tagged": "{name}, seed {seed}",
    "missing": "{name}, still to come",
    "exact": "Rendered here",
    "seeded": "Rendered here, seed {seed}",
    "blend": "A blend of the four nearest. Let go to render the real one.",
    "between": "A blend of the four nearest, not the picture of this point. Press Enter to render it.",
    "coming": "Some of its cells are still to come: the nearest stand in.",
    "absent": "This cell is still to come; showing the nearest.",
    "asked": "A blend, while this very point is being rendered",
    "step": "A blend, while this very point is being rendered: step {step} of {steps}",
    "stopped": "Stopped. This is a blend of the four nearest; press Enter to render the point itself.",
    "error": "This point could not be rendered: {error}",
    "gone": "These pictures are no longer on the server. Render again to see them.",
    "waiting": "The first picture is on its way",
    "preview": "Step {step} of {steps}, predicted picture",
    "empty": "Your grid will appear here",
    "hint": "Press Render. Then drag the handle between the four prompts, or pick a picture of the sheet.",
    "keys": "Arrow keys move the handle, with shift from cell to cell, Enter renders the point.",
}


class PadView(RunView):
    """A run as a square: one picture, a pad to move it with, and the sheet of all rendered cells."""

    widget = "pad"
    scripts = ("bits.js", "reel.js", "lattice.js", "blend.js", "handle.js", "sheet.js")
    words = PAD_TEXTS
    visits: ClassVar[bool] = True

    def preprocess(self, payload: Any) -> dict[str, Any] | None:
        """What every view gives, and the handle's place: `x` and `y`, each in 0..1."""
        state = super().preprocess(payload)
        return state and {**state, **{axis: float(number(payload.get(axis), 0.0, 1.0, 0.0)) for axis in ("x", "y")}}

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the state that `preprocess` accepts."""
        info, axis = super().api_info(), {"type": "number", "minimum": 0.0, "maximum": 1.0}
        return {**info, "properties": {**info["properties"], "x": axis, "y": axis}}
