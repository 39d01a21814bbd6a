"""The experiments, a tab each, found by looking into this folder: adding one is adding a file."""

from __future__ import annotations

import importlib
import pkgutil

from explorer.experiments.base import Experiment


def registry() -> dict[str, type[Experiment]]:
    """Every experiment by its name on the command line and in links, in the order of the tabs."""
    found: list[type[Experiment]] = []
    for module in pkgutil.iter_modules(__path__):
        members = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found += [
            cls
            for cls in members
            if isinstance(cls, type) and issubclass(cls, Experiment) and cls.__module__.endswith(f".{module.name}")
        ]
    experiments = [cls for cls in found if cls is not Experiment]
    return {cls.name(): cls for cls in sorted(experiments, key=lambda cls: (cls.position, cls.name()))}
