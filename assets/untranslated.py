"""Says which texts of the experiments the Chinese phrase book lacks: `make lint`. They are shown in English until then.

python -m assets.untranslated
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Choice, Prompts
from explorer.space.points import SCHEDULER_NAMES
from explorer.ui.text import LANGUAGES, book

NAMES = {*SCHEDULER_NAMES, "slerp", "lerp"}
"""What is called the same in every language."""


def declared(experiment: type[Experiment]) -> Iterator[str]:
    """Every text that an experiment declares."""
    yield experiment.title()
    yield experiment.label()
    yield inspect.cleandoc(experiment.__doc__ or "")
    yield from (*experiment.presets, *experiment.tutorials)
    for name, field in experiment.inputs().items():
        yield field.help
        if isinstance(field, Prompts):
            yield from field.names or ["Prompt 1"]
        else:
            yield field.label or name.replace("_", " ").capitalize()
        if isinstance(field, Choice):
            yield from (option for option in field.options if option not in NAMES)


def untranslated(experiment: type[Experiment], language: str) -> list[str]:
    """The texts of an experiment, and the names of its fields for errors, that are in English only."""
    texts = [text for text in declared(experiment) if book(language).text(text) is None]
    return texts + [field for field in experiment.inputs() if field not in book(language).fields]


def main() -> None:
    """A line for every text and language."""
    for experiment in registry().values():
        for language in LANGUAGES:
            for text in untranslated(experiment, language):
                print(f"{experiment.name()}: not in texts/{language}.json: {text!r}")


if __name__ == "__main__":
    main()
