"""Canvas: what is painted on a start picture: a mask in cells of the latents, and colours.

It stands beside the drop area of that picture, whose image it shows. Its value is {mask, painted}: the mask's text (see
`experiments.masks`), and a data URL of the whole picture once a colour was put on it, else None. What comes from a
browser is not trusted; what is wrong with it the declaration says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.ui.widget import Widget

NOTHING = {"mask": "", "painted": None}


class Canvas(Widget):
    """The canvas over the drop area with the id `image`; `layers` is what can be painted, "mask" and "picture".

    It fires `painted` whenever its value has changed by a hand.
    """

    kind = "canvas"
    fires = ("painted",)

    def __init__(self, value: Any = None, *, image: str, layers: Sequence[str] = (), **props: Any) -> None:
        super().__init__(value, image=image, layers=list(layers), phrases=(self.kind,), **props)

    def preprocess(self, payload: Any) -> dict[str, Any]:
        """The mask and what is painted, a picture's data URL or None; nothing of what is none of the two."""
        given = payload if isinstance(payload, dict) else {}
        mask, painted = given.get("mask"), given.get("painted")
        is_picture = isinstance(painted, str) and painted.startswith("data:image/")
        return {"mask": mask if isinstance(mask, str) else "", "painted": painted if is_picture else None}

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the value."""
        return {"type": "object", "properties": {name: {"type": "string"} for name in NOTHING}}
