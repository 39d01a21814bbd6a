"""What the text encoder cuts off of an experiment's prompts, said in one place for page, command line and Python."""

from __future__ import annotations

import re
from collections.abc import Callable

from explorer.experiments.base import Experiment
from explorer.experiments.inputs.taught import entry_of
from explorer.messages import Message

_IN_BRACKETS = re.compile(r"<[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?>")

LONGEST_TAIL = 200
"""Characters of a tail that are shown."""


class PromptWarning(UserWarning):
    """Something to be known of how a prompt is read."""


class PromptReadAs(PromptWarning):
    """A prompt is drawn from other words than were typed; the message has both, and what is left out."""


class PromptCutOff(PromptWarning):
    """A prompt is longer than the text encoder reads; the message quotes its beginning and what is cut off."""


def tails(experiment: Experiment, cut_off: Callable[[str], str]) -> list[str]:
    """A sentence for each prompt, negative ones too, of which `cut_off` (of the networks) gives a tail."""
    cut = {prompt: tail for prompt in experiment.prompts_used() if (tail := cut_off(prompt))}
    return [
        Message(
            "The text encoder reads only the beginning of “{prompt}…”. Cut off: “{tail}”",
            prompt=prompt[:40],
            tail=_shortened(tail),
        )
        for prompt, tail in cut.items()
    ]


def strangers(experiment: Experiment) -> list[str]:
    """A sentence for each word in brackets that stands for nothing taught: "<" and ">" are plain text then."""
    known = {entry_of(text).word for text in experiment.concepts}
    found = {word for prompt in experiment.prompts_used() for word in _IN_BRACKETS.findall(prompt)}
    return [
        Message("{word} is no word of yours, so it is read as plain text.", word=word) for word in sorted(found - known)
    ]


def _shortened(tail: str) -> str:
    return tail if len(tail) <= LONGEST_TAIL else f"{tail[:LONGEST_TAIL]}…"
