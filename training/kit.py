"""A kit for a bare machine with a GPU that is there for minutes: what it needs, in one folder of a stated size.

    python -m training.kit pack [--folder pocket-work] [--kit pocket-kit] [--recipe pocket|smoke]
    bash pocket-kit/run.sh MINUTES            # there, in the checkout; leaves its weights in $OUT
    python -m training.kit join FOLDER [--kit pocket-kit] [--unet pocket-work/unet]

`pack` needs the stage `sources` and, unless it is the smoke recipe, pip and a registry. `join` takes what came back:
the kit then goes on from it, and the work folder's `pack` and `report` take it for their UNet.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import lzma
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from training import drawings, subjects
from training.drawings import SIDE, SOLID, Drawing, Job
from training.people import person_named
from training.recipe import RECIPES, SMOKE

LARGEST = 18 * 2**20
"""Bytes of a whole kit: with the checkout's 46 MB it is under the 64 MiB that may be carried there."""
PART = 15 * 2**20
"""Bytes of a part of the weights that come back: at most 16 MiB a file may."""
PRESET = 1  # of xz: 8.5 MB in 5 seconds of one core; 4 gives 7.7 MB in 17
WEIGHTS = "diffusion_pytorch_model.safetensors"
WHEELS = ("diffusers", "resvg-py", "platformdirs", "cachetools", "threadpoolctl")
"""What the machine lacks; it has torch, transformers, tokenizers, safetensors, numpy, scipy, pillow, psutil, tqdm."""
PLATFORM = ("--python-version", "3.12", "--implementation", "cp", "--only-binary=:all:", "--no-deps",
            "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64",
            "--platform", "manylinux2014_x86_64")  # fmt: skip
SCRIPT = """#!/bin/bash
# Run in the checkout's root: bash pocket-kit/run.sh MINUTES [FLAG ...]; leaves its files in $OUT.
set -e
kit=$(dirname "$0")
if ls "$kit"/wheels/*.whl >/dev/null 2>&1; then
  python3 -m pip install -q --no-index --no-deps --no-compile --upgrade --target /tmp/kit-site "$kit"/wheels/*.whl
  export PYTHONPATH=/tmp/kit-site:$PYTHONPATH
fi
export OMP_NUM_THREADS=1 PYTHONUNBUFFERED=1
exec ${PYTHON:-python3} -m training.kit train --kit "$kit" --out "${OUT:?}" --minutes "${1:?minutes}" "${@:2}"
"""


def main(arguments: list[str] | None = None) -> None:
    """Packs, trains or joins, as the command line says."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["train"]:
        # Not imported above: processes that make composites import this module, and need no torch.
        from training import kit_training  # noqa: PLC0415

        kit_training.main(arguments[1:])
        return
    flags = _parser().parse_args(arguments)
    if flags.verb == "pack":
        size = pack(flags.folder, flags.kit, flags.recipe)
        print(f"{flags.kit}: {size / 1e6:.1f} MB of {LARGEST / 1e6:.1f}", file=sys.stderr)
    else:
        join(flags.returned, flags.unet)
        shutil.copytree(flags.unet, flags.kit / "unet", dirs_exist_ok=True)


def pack(folder: Path, kit: Path, recipe: str) -> int:
    """Writes the kit; returns its bytes. A UNet that `join` left there stays, for the machine to go on from.

    Raises:
        ValueError: it is larger than `LARGEST`.
        subprocess.CalledProcessError: pip found no wheel.
    """
    kit.mkdir(parents=True, exist_ok=True)
    (kit / "run.sh").write_text(SCRIPT)
    (kit / "recipe").write_text(recipe)
    write_drawings(kit / "drawings.xz", folder)
    if recipe != SMOKE.name:
        _fetch(kit / "wheels")
    size = sum(file.stat().st_size for file in kit.rglob("*") if file.is_file() and "unet" not in file.parts)
    if size > LARGEST:
        raise ValueError(f"{kit} has {size} bytes, more than {LARGEST}")
    return size


def _fetch(wheels: Path) -> None:
    """The wheels for that machine's Python, of the versions that are installed here."""
    from importlib.metadata import version  # noqa: PLC0415

    shutil.rmtree(wheels, ignore_errors=True)
    pinned = [f"{name}=={version(name)}" for name in WHEELS]
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", *PLATFORM, "-d", str(wheels), *pinned], check=True)


def write_drawings(file: Path, folder: Path) -> None:
    """The SVGs and pictures of what the wider mixes take, one JSON a line, compressed."""
    packages = folder / "sources" / "node_modules"
    labels = drawings.read_groups(packages)
    jobs = [*drawings.vector_jobs(packages, labels), *drawings.solid_jobs(packages, labels)]
    rows = [drawings.row_of(job, labels) for job in jobs]
    core = set(subjects.core(rows))
    lines = (json.dumps([*row, _shape(job)]) for job, row in zip(jobs, rows, strict=True) if _is_used(row, core))
    file.write_bytes(lzma.compress("\n".join(lines).encode(), preset=PRESET))


def _is_used(row: Drawing, core: set[str]) -> bool:
    someone = row.group == "people" and person_named(row.subject) is not None
    return row.subject in core or someone or (row.group == "animals" and row.subject.endswith(" face"))


def _shape(job: Job) -> str:
    """The SVG, or the picture as a small WebP in base 85."""
    if job.svg is not None:
        return job.svg
    drawn, small = Image.open(job.path).convert("RGBA"), io.BytesIO()
    drawings.fitted(drawn).save(small, "WEBP", quality=80)
    return base64.b85encode(small.getvalue()).decode()


def read_drawings(file: Path) -> Iterator[tuple[Drawing, str | bytes]]:
    """What `write_drawings` wrote: rows, and an SVG or the bytes of a picture each."""
    for line in lzma.decompress(file.read_bytes()).decode().splitlines():
        source, subject, tags, group, shape = json.loads(line)
        yield Drawing(source, subject, tuple(tags), group), base64.b85decode(shape) if source == SOLID else shape


def rendered(shape: str | bytes) -> np.ndarray | None:
    """A shape's picture, as `drawings.render` makes it."""
    if isinstance(shape, str):
        return drawings.render(Job("", "", shape, None))
    return np.asarray(Image.open(io.BytesIO(shape)).convert("RGBA").resize((SIDE, SIDE)))


def split(unet: Path, out: Path) -> None:
    """Leaves `unet-0.part`, ... of at most `PART` bytes, and `unet.json`: their digest and the configuration."""
    whole = (unet / WEIGHTS).read_bytes()
    about = {"sha256": hashlib.sha256(whole).hexdigest(), "config": json.loads((unet / "config.json").read_text())}
    made = {f"unet-{n}.part": whole[start : start + PART] for n, start in enumerate(range(0, len(whole), PART))}
    made["unet.json"] = json.dumps(about).encode()
    for name, data in made.items():
        (out / f"{name}.half").write_bytes(data)
    for name in made:  # at once: a run may be cut off at any time, and parts of two sets are worth nothing
        (out / f"{name}.half").replace(out / name)


def join(returned: Path, unet: Path) -> None:
    """Puts the parts together as a diffusers folder.

    Raises:
        FileNotFoundError: `unet.json` is not there.
        ValueError: parts are missing or of different runs.
    """
    about = json.loads((returned / "unet.json").read_text())
    whole = b"".join(part.read_bytes() for part in sorted(returned.glob("unet-*.part")))
    if hashlib.sha256(whole).hexdigest() != about["sha256"]:
        raise ValueError(
            f"{returned} has not all parts of one set of weights: their digest is another than unet.json's"
        )
    unet.mkdir(parents=True, exist_ok=True)
    (unet / WEIGHTS).write_bytes(whole)
    (unet / "config.json").write_text(json.dumps(about["config"], indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.kit", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("train", help="what run.sh does there; --help says more", add_help=False)
    packing, joining = (
        verbs.add_parser("pack", help="write the kit"),
        verbs.add_parser("join", help="take what came back"),
    )
    for verb in (packing, joining):
        verb.add_argument("--kit", type=Path, default=Path("pocket-kit"), help="the kit's folder (default pocket-kit)")
    packing.add_argument("--folder", type=Path, default=Path("pocket-work"), help="with sources (default pocket-work)")
    packing.add_argument("--recipe", choices=sorted(RECIPES), default="pocket", help="whose numbers (default pocket)")
    joining.add_argument("returned", type=Path, metavar="FOLDER", help="with unet.json and unet-*.part")
    joining.add_argument("--unet", type=Path, default=Path("pocket-work/unet"), help="where the whole goes")
    return parser


if __name__ == "__main__":
    main()
