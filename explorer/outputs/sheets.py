"""A run becomes one labelled picture: a contact sheet.

Contract: a PNG of at most `MOST_PIXELS` pixels, and `LONGEST_SIDE` on a side, however many frames there are. Over the
pictures stands what was asked (experiment, prompts, settings), under each one its caption, and the record is inside.
Letters that no font here has are named over the pictures, and by `undrawn`.
Frames of one second coordinate are a row, as in the page's compare view; where there is but one row, it is wrapped.

It does not know experiments: settings are names and values to it, and `prompt`, `prompts` and `negative_prompt` texts.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from explorer.outputs.lettering import Lettering, fonts_here
from explorer.outputs.settings import png_info

MOST_PIXELS = 16_000_000
LONGEST_SIDE = 16_000
MOST_COLUMNS = 24  # longer rows go on in the next line
MOST_LINES = 3  # of a caption; less under pictures too small to be read
MOST_ENLARGED = 8_000_000  # pixels of the pictures on a sheet that are enlarged because somebody asked for it
SMALLEST = 192  # pixels: smaller pictures are enlarged by a whole number, so that there is room for words
PAPER, INK, QUIET = "#ffffff", "#16161d", "#5b5b66"
MARGIN, GAP = 24, 12
_TEXTS = ("prompts", "prompt", "negative_prompt")


@dataclass(frozen=True)
class _Layout:
    """Where things are: `rows` of frames' indices, cells of (width, height) pixels, `lines` of caption, the header."""

    rows: Sequence[Sequence[int]]
    cell: tuple[int, int]
    lines: int
    words: Lettering
    header: Sequence[tuple[Lettering, str, str]]

    @property
    def below(self) -> int:
        """The height of a row without its pictures."""
        return self.lines * self.words.line + 4 + GAP

    @property
    def top(self) -> int:
        return MARGIN + sum(words.line for words, _, _ in self.header) + GAP

    @property
    def size(self) -> tuple[int, int]:
        columns = max(len(row) for row in self.rows)
        width = 2 * MARGIN + columns * (self.cell[0] + GAP) - GAP
        return max(width, 640), self.top + len(self.rows) * (self.cell[1] + self.below) + MARGIN - GAP

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """Each frame's index and the corner of its cell."""
        for y, row in enumerate(self.rows):
            for x, index in enumerate(row):
                yield index, MARGIN + x * (self.cell[0] + GAP), self.top + y * (self.cell[1] + self.below)


def write_sheet(pictures: Sequence[Path], path: Path, *, record: Mapping[str, Any], side: int | None = None) -> None:
    """Pictures named by their frames' indices ("0007.png"), on one sheet. Raises ValueError without pictures.

    They are enlarged until the longer side has `side` pixels or all of them together have `MOST_ENLARGED`.
    """
    if not pictures:
        raise ValueError("pictures: 0 frames, at least 1 is needed for a sheet")
    files = {int(picture.stem): picture for picture in pictures}
    frames = {i: frame for i, frame in enumerate(record.get("frames", ())) if i in files}
    labels = {i: label(frames.get(i, {}), i) for i in files}
    rows = rows_of({} if record.get("shown", {}).get("path") else frames, sorted(files))  # a way has no rows
    layout = _fitting(rows, labels, _size(pictures[0]), record, side)
    sheet = Image.new("RGB", layout.size, PAPER)
    draw = ImageDraw.Draw(sheet)
    top = MARGIN
    for words, text, ink in layout.header:
        words.draw(draw, MARGIN, top, text, ink)
        top += words.line
    for index, left, top in layout.cells():
        with Image.open(files[index]) as picture:
            sheet.paste(picture.convert("RGB").resize(layout.cell, Image.Resampling.LANCZOS), (left, top))
        for number, line in enumerate(layout.words.lines(labels[index], layout.cell[0], layout.lines)):
            layout.words.draw(draw, left, top + layout.cell[1] + 4 + number * layout.words.line, line, INK)
    sheet.save(path, format="PNG", pnginfo=png_info(record))


def rows_of(frames: Mapping[int, Mapping[str, Any]], indices: Sequence[int]) -> list[list[int]]:
    """The indices as lines of the sheet: a row a second coordinate, ordered by the first; one row alone is wrapped."""
    rows: dict[Any, list[int]] = {}
    for i in indices:
        coordinates = frames.get(i, {}).get("coordinates", ())
        rows.setdefault(coordinates[1] if len(coordinates) > 1 else None, []).append(i)
    if len(rows) in (1, len(indices)):  # rows of a single picture are a row
        columns = math.ceil(math.sqrt(1.5 * len(indices)))
        return [list(indices[i : i + columns]) for i in range(0, len(indices), columns)]
    columns = min(MOST_COLUMNS, max(len(row) for row in rows.values()))
    ordered = [sorted(row, key=lambda i: frames[i]["coordinates"][0]) for row in rows.values()]
    return [row[i : i + columns] for row in ordered for i in range(0, len(row), columns)]


def label(frame: Mapping[str, Any], index: int) -> str:
    """What stands under a picture: its caption, or else its own settings, or else its number."""
    own = ", ".join(f"{_spaced(name)} {_written(value)}" for name, value in frame.get("settings", {}).items())
    return frame.get("caption") or own or f"frame {index + 1}"


def heading(record: Mapping[str, Any]) -> list[str]:
    """What stands over the pictures: the experiment, each prompt, and all other settings that are set."""
    settings = record["settings"]
    title = _spaced(str(record.get("experiment", "film")).replace("-", " "))
    prompts = [settings.get(name) or () for name in ("prompts", "prompt")]
    texts = [text for prompt in prompts for text in ([prompt] if isinstance(prompt, str) else prompt)]
    texts += [f"not: {settings['negative_prompt']}"] if settings.get("negative_prompt") else []
    model = record.get("model", {}).get("name", "")
    rest = [f"model {model}"] if model else []
    rest += [
        f"{_spaced(name)} {_written(value)}"
        for name, value in settings.items()
        if name not in _TEXTS and value not in (None, "", [], ())
    ]
    return [title[:1].upper() + title[1:], *texts, " · ".join(rest)]


def undrawn(record: Mapping[str, Any]) -> list[str]:
    """The letters on the sheet of a record that no font here has, each once."""
    frames = record.get("frames", ())
    labels = (label(frame, index) for index, frame in enumerate(frames))
    return Lettering(15, fonts_here()).missing((*heading(record), *labels))


def _fitting(
    rows: list[list[int]],
    labels: Mapping[int, str],
    picture: tuple[int, int],
    record: Mapping[str, Any],
    side: int | None,
) -> _Layout:
    """The layout with the largest cells that keep the sheet within its bounds."""
    fonts = fonts_here()
    lacking = Lettering(15, fonts).missing((*heading(record), *labels.values()))
    area = picture[0] * picture[1] * len(labels)  # as if there were pictures alone
    wanted = min((side or 0) / max(picture), math.sqrt(MOST_ENLARGED / area))
    scale = min(max(float(math.ceil(SMALLEST / min(picture))), wanted), math.sqrt(MOST_PIXELS / area))
    while True:
        cell = (max(8, round(picture[0] * scale)), max(8, round(picture[1] * scale)))
        words = Lettering(max(9, min(15, cell[0] // 15)), fonts)
        most = MOST_LINES if cell[0] >= 96 else 1
        lines = max(len(words.lines(text, cell[0], most)) for text in labels.values())
        plain = _Layout(rows, cell, lines, words, ())
        layout = _Layout(rows, cell, lines, words, _header(record, lacking, plain.size[0] - 2 * MARGIN, fonts))
        width, height = layout.size
        if (width * height <= MOST_PIXELS and max(width, height) <= LONGEST_SIDE) or max(cell) <= 8:
            return layout
        scale *= 0.94


def _header(
    record: Mapping[str, Any], lacking: Sequence[str], width: int, fonts: Sequence[str]
) -> list[tuple[Lettering, str, str]]:
    large, small = Lettering(26, fonts), Lettering(15, fonts)
    title, *texts, settings = heading(record)
    lines = [(large, line, INK) for line in large.lines(title, width, 1)]
    lines += [(small, line, INK) for text in texts for line in small.lines(text, width, 2)]
    lines += [(small, line, QUIET) for line in small.lines(settings, width, 3)]
    return lines + [(small, line, QUIET) for line in small.lines(_named(lacking), width, 2)]


def _named(letters: Sequence[str]) -> str:
    """Letters that cannot be drawn, by number and name."""
    names = (f"U+{ord(letter):04X} {unicodedata.name(letter, 'unnamed')}" for letter in letters)
    return f"Letters that no font here has: {', '.join(names)}" if letters else ""


def _size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as opened:
        return opened.size


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _written(value: Any) -> str:
    """A setting's value as people write it; a picture is too long to be written."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_written(item) for item in value)
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return "(a picture)" if text.startswith("data:") else text
