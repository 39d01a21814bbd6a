"""The kinds of input an experiment can declare: each says what it takes and how it looks from every side.

From a declaration derive the page's widget, the command line's flag, the text in a link, the check of everything that
comes from outside and the words of the error. A kind that is not here is a class beside the experiment that needs it.
"""

from explorer.experiments.inputs.base import Input, InputError, Widget
from explorer.experiments.inputs.numbers import SPACING, Integer, Numbers, Real, Seeds, Spacing
from explorer.experiments.inputs.painted import Mask, Painted, PaintedPicture
from explorer.experiments.inputs.parts import Parts
from explorer.experiments.inputs.pictures import Picture
from explorer.experiments.inputs.taught import Taught
from explorer.experiments.inputs.words import Choice, Prompt, Prompts, Text

__all__ = [
    "SPACING",
    "Choice",
    "Input",
    "InputError",
    "Integer",
    "Mask",
    "Numbers",
    "Painted",
    "PaintedPicture",
    "Parts",
    "Picture",
    "Prompt",
    "Prompts",
    "Real",
    "Seeds",
    "Spacing",
    "Taught",
    "Text",
    "Widget",
]
