"""Our samplers by what other programs call them, with or without how they space their steps."""

from __future__ import annotations

import re

from explorer.space.points import SCHEDULER_NAMES

_SAMPLERS = {
    "dpm++2m": "DPM++ 2M",
    "dpmpp2m": "DPM++ 2M",
    "unipc": "UniPC",
    "unipcbh2": "UniPC",
    "euler": "Euler",
    "eulera": "Euler ancestral",
    "eulerancestral": "Euler ancestral",
    "heun": "Heun",
    "lms": "LMS",
    "ddim": "DDIM",
    "plms": "PNDM",
    "pndm": "PNDM",
}
"""In lower case and without spaces, "_" and "k_"."""
_SPACING = re.compile(
    r"(karras|polyexponential|exponential|(sgm|ddim)?uniform|simple|beta(57)?|normal|automatic|ddim|kloptimal|"
    r"alignyoursteps(gits|11|32)?|ays(\+|gits)?|gits|turbo|linearquadratic|sgm|(?<=2m|er|un|ms)k)$"
)
"""How steps may be spaced where that stands in one name with the sampler; we leave it to each sampler."""


def sampler(name: str, spacing: str = "") -> tuple[str | None, bool]:
    """Our sampler for another program's, and whether it is the very same; None where there is none like it.

    `spacing` is how that one spaces its steps, where this is said by itself; any is taken, and none is the same.
    """
    if name in SCHEDULER_NAMES:
        return name, not spacing
    plain = re.sub(r"[\s_]", "", name[:80].lower().removeprefix("k_"))
    if plain in _SAMPLERS:
        return _SAMPLERS[plain], not spacing
    return _SAMPLERS.get(_SPACING.sub("", plain)), False
