"""What a drawing is called: plain English as people type it, from the Unicode labels and the sets' own file names.

It knows nothing of pictures, and nothing by heart: that is in `name_tables`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from training.name_tables import OLD_NAMES, RENAMED

LEFT_OUT = re.compile(
    r"o.clock|-thirty$|suit$|button|keycap|ideograph|regional|banknote|chart|skin tone|sign$|place medal|e-mail"
    r"|speech|thought balloon|anger (symbol|bubble)|hundred points|ZZZ|envelope with|tray$|speaker|with slash|mahjong"
    r"|flag in|notes?$|lock(ed)? with|flower playing cards|joker|construction$|dashing|identification|placard"
)
"""Labels of signs, letters and doubles that nobody asks a picture of."""
SKIN = re.compile(r"skin-tone|-tone\d|(?<!traffic)(?<!police-car)-(dark|light|medium)(-\d)?$")
"""File names of skin-tone doubles."""


def slug(name: str) -> str:
    """Letters and digits of a name, in lower case: "T-Rex" and "t-rex" are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def subject(label: str) -> str:
    """What people type for a Unicode label: "automobile" is a "car"."""
    return RENAMED.get(label, RENAMED.get(label.lower(), label.lower())).replace("’", "'")


def find(name: str, aliases: Iterable[str], slugs: Mapping[str, str]) -> str | None:
    """The label that a drawing of an icon set has.

    Args:
        name: the set's name of it, such as "cat-face" or "rose-2".
        aliases: other names the set has for it.
        slugs: labels by their slug.
    """
    for own in (name, re.sub(r"-\d$", "", name), *aliases):
        known = OLD_NAMES.get(own)
        letters = slug(known or own)
        for candidate in (letters, letters + "face", letters.removesuffix("face")):
            if candidate in slugs:
                return slugs[candidate]
    return None
