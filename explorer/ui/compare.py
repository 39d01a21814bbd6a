"""CompareView: a sweep in the browser, to flip through in place and to hold any two of its pictures against each other.

Contract: a drop-in for FilmView, with the same value, the same state and the same rules (see `views`); `index` of the
state is picture A. What frames.json says of each frame decides the rest. `coordinates` are (column, row): frames of the
same second coordinate are a row, the first one orders it. `settings`, where a run has them, is what tells the frames
apart: the table under the pictures lists those that differ between A and B, after what was measured of them (`notes` of
the value). A setting `row` is the title of the frame's row. It does not know which sweeps there are.
"""

from __future__ import annotations

from explorer.ui.views import RunView

COMPARE_TEXTS = {
    "modes": "How to compare",
    "flip": "Flip",
    "wipe": "Wipe",
    "side": "Side by side",
    "slots": "Next pick",
    "slot": "The next pick is {slot}",
    "swap": "Swap A and B",
    "scrub": "Along the row",
    "place": "{name}, {n} of {count}",
    "divider": "Divider between A and B",
    "wiped": "{part} % of A, {a}; {rest} % of B, {b}",
    "save": "Save picture A",
    "strip": "All pictures",
    "picture": "Picture {slot}: {name}",
    "marked": "picture {slot}",
    "missing": "still to come",
    "keys": "Arrow keys flip, x swaps A and B, shift and a click choose B.",
    "setting": "Setting",
    "nothing": "(none)",
    "measured": "measured",
    "others": "All other settings are the same.",
    "same": "A and B are the same picture.",
    "alike": "A and B have the same settings.",
    "unknown": "This run did not keep the settings of its single pictures.",
    "coming": "{slot}: {name} is still to come; showing {other}",
    "loading": "{slot}: {name} is loading; showing {other}",
    "lost": "{slot}: {name} could not be loaded; showing {other}",
    "gone": "These pictures are no longer on the server. Render again to see them.",
    "waiting": "The first picture is on its way",
    "preview": "Step {step} of {steps}, predicted picture",
    "empty": "Your comparison will appear here",
    "hint": "Press Render. Then flip through the pictures in place, or hold any two against each other.",
}


class CompareView(RunView):
    """A run as a sweep: two pictures behind a wipe, in place or side by side, and all of them to pick from."""

    widget = "compare"
    scripts = ("bits.js", "reel.js", "sweep.js", "pane.js", "wipe.js", "cells.js")
    words = COMPARE_TEXTS
    names_settings = True
