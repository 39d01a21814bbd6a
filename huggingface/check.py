"""What a push to a Hugging Face Space needs, printed and checked: `make space`.

Contract: prints the files that would be pushed, says in a sentence each what is wrong, and exits with 1 if anything is.
`--offline` leaves out the one check that asks a package registry: whether pip finds a set of packages that fits
requirements.txt, the Space's own packages and the Space's Python, in a clean virtual environment (nothing but metadata
is kept; nothing is installed).

It does not know the hub: what it calls allowed there is written down below, from the hub's documentation.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
MB = 10**6
LFS_BYTES, SPACE_BYTES = 10 * MB, 1000 * MB  # a larger file goes through LFS or Xet; a larger Space needs asking
COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
HARDWARE = ("cpu-basic", "cpu-upgrade", "t4-small", "t4-medium", "l4x1", "a10g-small", "a10g-large")
ON_A_SPACE = ("gradio[oauth,mcp]=={sdk_version}", "spaces")  # what the hub installs beside requirements.txt
POCKET = "assets/pocket"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")

FIELDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "title": (lambda v: isinstance(v, str) and 0 < len(v) <= 60, "a text of up to 60 letters"),
    "emoji": (lambda v: isinstance(v, str) and 0 < len(v) <= 2 and not v.isascii(), "one emoji"),
    "colorFrom": (lambda v: v in COLOURS, "one of " + ", ".join(COLOURS)),
    "colorTo": (lambda v: v in COLOURS, "one of " + ", ".join(COLOURS)),
    "sdk": (lambda v: v == "gradio", "gradio"),
    "sdk_version": (lambda v: bool(re.fullmatch(r"\d+\.\d+\.\d+", str(v))), "a version of Gradio, as 6.31.0"),
    "python_version": (lambda v: isinstance(v, str) and bool(re.fullmatch(r"3\.\d+(\.\d+)?", v)), 'quoted, as "3.12"'),
    "app_file": (lambda v: isinstance(v, str) and v.endswith(".py"), "a Python file of this folder"),
    "license": (lambda v: isinstance(v, str) and v == v.lower(), "a licence's identifier in small letters"),
    "short_description": (lambda v: isinstance(v, str) and 0 < len(v) <= 60, "a text of up to 60 letters"),
    "models": (lambda v: isinstance(v, list) and all(HUB_ID.fullmatch(str(m)) for m in v), "a list of owner/name"),
    "tags": (lambda v: isinstance(v, list) and all(isinstance(t, str) for t in v), "a list of texts"),
    "suggested_hardware": (lambda v: v in HARDWARE, "one of " + ", ".join(HARDWARE)),
}
"""What the front matter of README.md must have, and what each field may be."""


def front_matter(root: Path) -> dict[str, Any]:
    """The YAML at the top of README.md; empty if there is none, or no mapping."""
    found = re.match(r"---\n(.*?)\n---\n", (root / "README.md").read_text(encoding="utf-8"), re.S)
    fields = yaml.safe_load(found.group(1)) if found else None
    return fields if isinstance(fields, dict) else {}


def problems_of_front_matter(fields: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Fields that are missing, unknown or not allowed, and a start file that is not there."""
    for name in fields.keys() - FIELDS.keys():
        yield f"README.md: the field {name} is none that is known here."
    for name, (allowed, what) in FIELDS.items():
        if name not in fields:
            yield f"README.md: the field {name} is missing; it must be {what}."
        elif not allowed(fields[name]):
            yield f"README.md: {name} = {fields[name]!r} must be {what}."
    if not (root / str(fields.get("app_file"))).is_file():
        yield f"README.md: app_file = {fields.get('app_file')!r} is not in this folder."


def problems_of_requirements(fields: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Ranges that leave out the Space's Gradio or its Python."""
    python = str(fields.get("python_version", ""))
    supported = re.search(r'requires-python = "(.*?)"', (root / "pyproject.toml").read_text()).group(1)
    if python not in SpecifierSet(supported):
        yield f"README.md: python_version = {python!r} is outside {supported} of pyproject.toml."
    ranges = required(root, python)
    if str(fields.get("sdk_version")) not in ranges["gradio"]:
        yield f"requirements.txt: gradio{ranges['gradio']} leaves out the Space's own {fields.get('sdk_version')}."
    if "spaces" in ranges:
        yield "requirements.txt: spaces is installed by the hub where it is needed; leave it out."


def required(root: Path, python: str) -> dict[str, SpecifierSet]:
    """The ranges of requirements.txt that hold for that Python, by package."""
    lines = (line.split("#")[0].strip() for line in (root / "requirements.txt").read_text().splitlines())
    found = [Requirement(line) for line in lines if line]
    here = {"python_version": ".".join(python.split(".")[:2])}
    return {r.name: r.specifier for r in found if r.marker is None or r.marker.evaluate(here)}


def pushed(root: Path) -> dict[str, int]:
    """The files that git would push if all were committed, and their bytes."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name: (root / name).stat().st_size for name in sorted(filter(None, names)) if (root / name).is_file()}


def problems_of_files(files: Mapping[str, int]) -> Iterator[str]:
    """Too much of it, or something that the page cannot start without."""
    total = sum(files.values())
    if total > SPACE_BYTES:
        yield f"The files are {total / MB:.0f} MB, and a Space may hold {SPACE_BYTES / MB:.0f} MB."
    for name in ("app.py", "requirements.txt", "README.md", f"{POCKET}/model_index.json"):
        if name not in files:
            yield f"{name} would not be pushed: it is missing, or git ignores it."
    for part in ("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model"):
        if files.get(f"{POCKET}/{part}.safetensors", 0) < MB:
            yield f"{POCKET}/{part}.safetensors is missing or a stub of LFS, and the page starts with that model."


def describe(files: Mapping[str, int]) -> str:
    """The files for a person: how many, how large, the large ones by name, and how to push them."""
    large = {name: size for name, size in files.items() if size > LFS_BYTES}
    lines = [f"{len(files)} files, {sum(files.values()) / MB:.1f} MB."]
    lines += [f"  {size / MB:8.1f} MB  {name}" for name, size in sorted(files.items(), key=lambda f: -f[1])[:12]]
    lines += [f"{len(large)} of them are over {LFS_BYTES / MB:.0f} MB and must go through LFS. `hf upload` does that:"]
    lines += [
        "  hf upload OWNER/NAME . . --repo-type space --exclude '.git/*' '.venv/*' '.ruff_cache/*' '*/__pycache__/*'"
    ]
    lines += [
        "With git push, run this first in the Space's own clone: git lfs track '*.safetensors' '*.png' '*.gif' '*.webp'"
    ]
    return "\n".join(lines)


def problems_of_the_registry(fields: Mapping[str, Any], root: Path) -> Iterator[str]:
    """Whether pip resolves the packages of the Space: with its Python if there is one here, else with this one."""
    wanted = f"python{fields['python_version']}"
    python = next((p for p in (shutil.which(wanted), sys.executable) if p and _runs(p)), sys.executable)
    if python == sys.executable:
        print(
            f"(There is no {wanted} on the path: asking pip of {Path(python).name} {sys.version.split()[0]} instead.)"
        )
    with tempfile.TemporaryDirectory(prefix="latent-explorer-space-") as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        own = [package.format(**fields) for package in ON_A_SPACE]
        dry = ["install", "--dry-run", "--quiet", "--only-binary", ":all:", "-r", str(root / "requirements.txt"), *own]
        done = subprocess.run([f"{folder}/bin/pip", *dry], capture_output=True, text=True, check=False)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        yield f"pip finds no set of packages that fits: {' '.join(errors)[:500]}"


def _runs(python: str) -> bool:
    return subprocess.run([python, "-c", "import venv"], capture_output=True, check=False).returncode == 0


def problems(root: Path, offline: bool) -> Iterator[str]:
    """All that is wrong with the folder, a sentence each."""
    fields = front_matter(root)
    yield from problems_of_front_matter(fields, root)
    yield from problems_of_files(pushed(root))
    if fields.keys() >= {"sdk_version", "python_version"}:
        yield from problems_of_requirements(fields, root)
        if not offline:
            yield from problems_of_the_registry(fields, root)


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Prints what would be pushed and what is wrong with it; 1 if anything is."""
    parser = argparse.ArgumentParser("make space", description="Checks what a push to a Hugging Face Space needs.")
    parser.add_argument("--offline", action="store_true", help="ask no package registry")
    args = parser.parse_args(argv)
    print(describe(pushed(root)))
    found = list(problems(root, args.offline))
    print("\n".join(found) or ("Nothing is wrong with it." + " (pip was not asked.)" * args.offline))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
