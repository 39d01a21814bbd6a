"""The hidden control of the setting `concepts`: written by the list of the visitor's words, see `taught_words`."""

from __future__ import annotations

from typing import Any

from explorer.ui.widget import Unseen


class TaughtField(Unseen):
    """The hidden control: {texts}, as `inputs.taught` has them."""

    kind = "field"

    def preprocess(self, payload: Any) -> list[str]:
        """The texts that the browser sent, unchecked."""
        texts = payload.get("texts") if isinstance(payload, dict) else None
        return texts if isinstance(texts, list) else []

    def postprocess(self, value: Any) -> dict[str, Any]:
        """What is sent to the browser."""
        return value if isinstance(value, dict) else {"texts": list(value or ())}
