"""Figures as Markdown: a line a figure, a column a model.

Contract: no number is written that is not in the figures. It does not know how they were measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]
TITLES = {
    "subject, first 1": 'subject of "a <subject>" first among {core} core subjects',
    "subject, first 5": "the same, among the first 5",
    "scene, first 1": "scene, of {choices}",
    "style, first 1": "style, of {choices}",
    "color, first 1": "background colour, of {choices}",
    "unseen, first 1": "words never seen in captions: right core subject first",
    "unseen, first 10": "the same, among the first 10",
    "tint, first 1": "colour of a subject, of {choices}",
    "both, first 5": "both of two subjects among the first 5 of {core}",
    "bound, first 1": "two subjects, each in its colour, of {choices} ways",
    "side, first 1": "which of two is left, of {choices}",
    "count, first 1": "two, three or four of a subject, of {choices}",
    "person, first 1": "people recognised as people",
    "landscape, first 1": "landscape, of {choices}",
    "sky, first 1": "its time of day or weather, of {choices}",
}


def table(measured: Sequence[Figures]) -> str:
    """All models side by side, below them how to read it. One line and no table for an empty list."""
    if not measured:
        return "Nothing has been measured.\n"
    head = ["figure", *(f"{each['model']} ({each['digest'][:8]})" for each in measured)]
    lines = [head, ["---"] * len(head)]
    lines += [[title, *(_cell(of, each) for each in measured)] for title, of in ROWS.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n" + LEGEND


def judged(found: Figures) -> str:
    """One model's shares beside what the judge itself can see."""
    lines = [("pictures asked about", "this model", "questions", "blind guess", "real pictures", "the same, blurred")]
    lines.append(("---",) * 6)
    for name, one in found["shares"].items():
        beside = (percent(one[title]["share"]) if title in one else "-" for title in ("ceiling", "blurred"))
        lines.append((title_of(name, found), spread(one), str(one["of"]), percent(one["chance"]), *beside))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def title_of(name: str, found: Figures) -> str:
    """A share in words, with the number of choices: a blind guess among n is right once in n times."""
    return TITLES[name].format(core=found["core"], choices=round(1 / found["shares"][name]["chance"]))


def percent(share: float) -> str:
    """A share of 0 to 1 as "85.3 %"."""
    return f"{100 * share:.1f} %"


def spread(one: Figures) -> str:
    """A share and its interval: "85.3 % (81.9-88.1)"."""
    return f"{percent(one['share'])} ({100 * one['low']:.1f}-{100 * one['high']:.1f})"


def spread_of_seeds(found: Figures) -> str:
    """ "31.0 degrees (70 % of real composites'), 22.3 of 255 (45 %); 41 of 50 pictures counted"."""
    own, real = found["own"], found["real"]
    if own["degrees"] is None or real["degrees"] is None:
        return f"too few pictures of their subject: {own['counted']} of {own['of']}"
    degrees, pixels = (f"{own[name]:.1f}{unit} ({100 * own[name] / real[name]:.0f} % of real composites')"
                       for name, unit in (("degrees", " degrees"), ("pixels", " of 255")))  # fmt: skip
    return f"{degrees}, {pixels}; {own['counted']} of {own['of']} pictures counted"


def megabytes(count: int) -> str:
    """ "42.1 MB"."""
    return f"{count / 1e6:.1f} MB"


def _share(name: str) -> Callable[[Figures], str]:
    return lambda found: spread(found["shares"][name])


def _seconds(name: str) -> Callable[[Figures], str]:
    return lambda found: "{median:.2f} s ({shortest:.2f}-{longest:.2f})".format(**found["seconds"][name])


def _cell(of: Callable[[Figures], str], found: Figures) -> str:
    """Figures of an older report may lack a line."""
    try:
        return of(found)
    except KeyError:
        return "-"


ROWS: dict[str, Callable[[Figures], str]] = {
    "measured": lambda found: f"{found['measured']}, {found['extent']}",
    "judge": lambda found: found["judge"],
    "subject first": _share("subject, first 1"),
    "subject among the first 5": _share("subject, first 5"),
    "scene": _share("scene, first 1"),
    "style": _share("style, first 1"),
    "background colour": _share("color, first 1"),
    "word never seen, first": _share("unseen, first 1"),
    "word never seen, among the first 10": _share("unseen, first 10"),
    "colour of a subject": _share("tint, first 1"),
    "both of two subjects among the first 5": _share("both, first 5"),
    "two subjects, each in its colour": _share("bound, first 1"),
    "left and right": _share("side, first 1"),
    "count of 2 to 4": _share("count, first 1"),
    "people as people": _share("person, first 1"),
    "landscape": _share("landscape, first 1"),
    "time of day or weather": _share("sky, first 1"),
    "spread of seeds": lambda found: spread_of_seeds(found["spread"]),
    "autoencoder": lambda found: f"{found['autoencoder']['psnr_db']:.2f} dB",
    "unevenness of films, judge": lambda found: f"{found['smoothness']['judge']['unevenness']:.2f}",
    "unevenness of films, pixels": lambda found: f"{found['smoothness']['pixels']['unevenness']:.2f}",
    "engine, one picture": _seconds("engine, one picture"),
    "engine, a picture of a film of 12": _seconds("engine, a picture of a film of 12"),
    "diffusers, one picture": _seconds("diffusers, one picture"),
    "size, largest file": lambda found: (
        f"{megabytes(found['size']['bytes'])}, {megabytes(found['size']['largest_bytes'])}"
    ),
}
LEGEND = """Shares with their 95 % intervals (Wilson); compare those of one judge only. Unevenness: the largest step of
a film over its mean; 1 is even. Seconds: median (shortest-longest). What the judge itself sees, and blind guessing, is
in each model's own table.
"""
