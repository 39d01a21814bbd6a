"""The hidden control of the setting `concepts`: written by the list of the visitor's words, see `taught_words`."""

from __future__ import annotations

from typing import Any

from explorer.ui.widget import Unseen


def texts_in(value: Any) -> list[str]:
    """The texts of a value, unchecked: of what a browser sends, or of a list; none of anything else."""
    texts = value.get("texts") if isinstance(value, dict) else value
    return texts if isinstance(texts, list) else []


class TaughtField(Unseen):
    """The hidden control: {texts}, as `inputs.taught` has them."""

    kind = "field"

    def preprocess(self, payload: Any) -> list[str]:
        """The texts that the browser sent, unchecked."""
        return texts_in(payload)

    def postprocess(self, value: Any) -> dict[str, Any]:
        """What is sent to the browser."""
        return value if isinstance(value, dict) else {"texts": list(value or ())}
