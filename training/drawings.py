"""Every drawing of the sets as 128 px RGBA with its plain name, in `drawings.npy` and `drawings.json`.

The sets are iconify's SVG collections and one folder of 3D pictures; emojibase says which group a label is of.
Skin-tone doubles, letters, flags and symbols are left out. It knows nothing of captions.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import resvg_py
from PIL import Image
from tqdm import tqdm

from explorer.files.whole import whole
from training import names
from training.name_tables import OTHER_NAMES
from training.recipe import Recipe

SIDE = 128
ALIKE = ("noto", "twemoji", "fluent-emoji-flat", "fluent-emoji")
"""The sets that draw most things in the same pose and colours."""
SETS = (*ALIKE, "noto-v1", "emojione", "fxemoji", "streamline-emojis")
SOLID = "fluent-3d"
GROUPS = {
    "animal": "animals",
    "plant": "plants",
    "food": "food",
    "drink": "food",
    "place-building": "buildings",
    "place-religious": "buildings",
    "place": "places",
    "transport": "vehicles",
    "sky-weather": "places",
    "face-costume": "creatures",
    "face": "faces",
    "cat-face": "faces",
    "monkey-face": "faces",
    "heart": "objects",
    "emotion": "faces",
}
"""Beginnings of emojibase's subgroups to a drawing's group, the longest that fits; what is in no row is "objects"."""
PEOPLE, COMPONENTS, SYMBOLS, FLAGS = 1, 2, 8, 9


class Drawing(NamedTuple):
    """What a row of `drawings.npy` shows.

    Attributes:
        source: the set, one of `SETS` or `SOLID`.
        subject: as people type it, such as "dog".
        tags: other names of the subject, the likeliest first.
        group: a value of `GROUPS`, "people" or "objects".
    """

    source: str
    subject: str
    tags: tuple[str, ...]
    group: str


class Job(NamedTuple):
    """One picture to make: the text of an SVG, or the path of a picture file."""

    source: str
    label: str
    svg: str | None
    path: Path | None


def run(folder: Path, recipe: Recipe) -> None:
    """Renders every drawing of `folder/sources`; does nothing if that is done.

    Args:
        folder: the work folder; gets `drawings.npy` (D, 128, 128, 4) uint8 and `drawings.json`.
        recipe: `recipe.drawings` at most are kept, evenly over all.
    """
    if (folder / "drawings.json").exists():
        return
    packages = folder / "sources" / "node_modules"
    labels = read_groups(packages)
    jobs = thinned([*vector_jobs(packages, labels), *solid_jobs(packages, labels)], recipe.drawings)
    # Not forked: a child of a process with torch's threads in it can hang.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        made = tqdm(workers.map(render, jobs, chunksize=32), total=len(jobs), desc="drawings", unit="drawing")
        kept = [(job, picture) for job, picture in zip(jobs, made, strict=True) if picture is not None]
    write(folder, np.stack([picture for _, picture in kept]), [row_of(job, labels) for job, _ in kept])


def row_of(job: Job, groups: Mapping[str, str]) -> Drawing:
    """What a job's picture shows."""
    subject = names.subject(job.label)
    return Drawing(job.source, subject, OTHER_NAMES.get(subject, ()), groups[job.label])


def write(folder: Path, pictures: np.ndarray, rows: Iterable[Drawing]) -> None:
    """Leaves both files; `drawings.json` last, so that it says that both are whole."""
    with whole(folder / "drawings.npy") as part, part.open("wb") as file:
        np.save(file, pictures)
    with whole(folder / "drawings.json") as part:
        part.write_text(json.dumps([row._asdict() for row in rows], indent=0))


def load(folder: Path) -> tuple[np.ndarray, list[Drawing]]:
    """The drawings, uint8 (D, 128, 128, 4), not read from the disk before they are used, and what they are."""
    rows = json.loads((folder / "drawings.json").read_text())
    drawings = [Drawing(row["source"], row["subject"], tuple(row["tags"]), row["group"]) for row in rows]
    return np.load(folder / "drawings.npy", mmap_mode="r"), drawings


def read_groups(packages: Path) -> dict[str, str]:
    """Emojibase's labels that are to be drawn, in its order, and the group of each."""
    known = json.loads((packages / "emojibase-data" / "en" / "data.json").read_text())
    subgroups = json.loads((packages / "emojibase-data" / "meta" / "groups.json").read_text())["subgroups"]
    return {
        row["label"]: group_of(row, subgroups)
        for row in known
        if row.get("group") not in (None, COMPONENTS, SYMBOLS, FLAGS) and not names.LEFT_OUT.search(row["label"])
    }


def group_of(row: Mapping[str, Any], subgroups: Mapping[str, str]) -> str:
    """The group of a row of emojibase."""
    if row["group"] == PEOPLE:
        return "people"
    subgroup = subgroups[str(row["subgroup"])]
    fitting = [start for start in GROUPS if subgroup.startswith(start)]
    return GROUPS[max(fitting, key=len)] if fitting else "objects"


def vector_jobs(packages: Path, labels: Mapping[str, str]) -> Iterator[Job]:
    """The SVG drawings of the iconify sets that have one of the labels."""
    slugs = {names.slug(label): label for label in labels}
    for source in SETS:
        path = packages / "@iconify-json" / source / "icons.json"
        if not path.exists():
            continue
        icons = json.loads(path.read_text())
        aliases: dict[str, list[str]] = {}
        for alias, row in icons.get("aliases", {}).items():
            aliases.setdefault(row["parent"], []).append(alias)
        for name, icon in icons["icons"].items():
            label = None if names.SKIN.search(name) else names.find(name, aliases.get(name, ()), slugs)
            if label is not None:
                yield Job(source, label, svg_of(icon, icons), None)


def svg_of(icon: Mapping[str, Any], icons: Mapping[str, Any]) -> str:
    """An iconify icon as an SVG document; sizes that it does not give are the set's, then 16."""
    width, height = (icon.get(side, icons.get(side, 16)) for side in ("width", "height"))
    left, top = icon.get("left", 0), icon.get("top", 0)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}" height="{height}" viewBox="{left} {top} {width} {height}">{icon["body"]}</svg>'
    )


def solid_jobs(packages: Path, labels: Mapping[str, str]) -> Iterator[Job]:
    """The 3D set's pictures, whose files are named by code points, that have one of the labels."""
    known = json.loads((packages / "emojibase-data" / "en" / "data.json").read_text())
    by_code = {bare(row["hexcode"]): row["label"] for row in known}
    folder = packages / "@lobehub" / "fluent-emoji-3d" / "assets"
    for path in sorted(folder.glob("*.webp")) + sorted(folder.glob("*.png")):
        label = by_code.get(bare(path.stem))
        if label in labels:
            yield Job(SOLID, label, None, path)


def bare(code: str) -> str:
    """Code points without the variation selector, which some lists write and others leave out."""
    return code.lower().replace("-fe0f", "").lstrip("0")


def thinned(jobs: list[Job], most: int | None) -> list[Job]:
    """At most so many jobs, evenly from the whole list."""
    if most is None or len(jobs) <= most:
        return jobs
    return [jobs[index] for index in np.linspace(0, len(jobs) - 1, most).round().astype(int)]


def render(job: Job) -> np.ndarray | None:
    """A job's picture, uint8 (128, 128, 4), colours not premultiplied, in the middle and as large as fits.

    None if nothing is to be seen, or if resvg cannot read the SVG.
    """
    try:
        if job.svg is None:
            picture = Image.open(job.path).convert("RGBA")
        else:
            data = resvg_py.svg_to_bytes(svg_string=job.svg, width=SIDE, height=SIDE)
            picture = Image.open(io.BytesIO(bytes(data))).convert("RGBA")
    except (ValueError, OSError):
        return None
    drawn = np.asarray(fitted(picture))
    return drawn if drawn[..., 3].mean() > 4 else None


def fitted(picture: Image.Image) -> Image.Image:
    """The picture resized to 128 px a side without stretching; alpha is premultiplied while it is resampled."""
    if picture.size == (SIDE, SIDE):
        return picture
    scale = SIDE / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    whole = Image.new("RGBA", (SIDE, SIDE))
    whole.paste(small, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return whole
