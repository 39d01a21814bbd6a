"""Pinned npm packages of drawings, names and words, unpacked into `sources/node_modules`, and their NOTICE.

Every tarball must have the SHA-512 that npm's registry gave when the version was pinned. Of each package only what the
other stages read is unpacked, and its licence, where it carries one. It does not know what the files mean.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import re
import tarfile
import urllib.request
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from explorer.files.whole import whole
from training import miniature
from training.packages import PACKAGES, Package, notice
from training.recipe import SMOKE, Recipe

ALWAYS = r"package\.json|LICENSE.*|README\.md|info\.json"
"""What is kept of every package: who made it, and under which licence (iconify's say so in `info.json`)."""


def run(folder: Path, recipe: Recipe) -> None:
    """Fetches what is not there yet, and writes `sources/NOTICE.md`.

    Args:
        folder: the work folder.
        recipe: the smoke recipe fetches nothing, its sources are `miniature`'s.

    Raises:
        ConnectionError: a package could not be fetched; says which URL.
        ValueError: a tarball is not the pinned one, or holds a path that leads out of its folder.
    """
    sources = folder / "sources"
    if recipe.name == SMOKE.name and not (sources / "NOTICE.md").exists():
        miniature.write(folder)
    missing = [package for package in PACKAGES if not (sources / "node_modules" / package.name).is_dir()]
    for package in tqdm(missing, desc="sources", unit="package", disable=not missing):
        install(package, sources / "node_modules", fetch)
    sources.mkdir(parents=True, exist_ok=True)
    (sources / "NOTICE.md").write_text(notice(PACKAGES), encoding="utf-8")


def install(package: Package, packages: Path, fetcher: Callable[[str], bytes]) -> None:
    """Unpacks a package into `packages/<name>`, which appears only when it is whole."""
    data = fetcher(package.url)
    check(package, data)
    with whole(packages / package.name) as part:
        part.mkdir(parents=True)
        unpack(data, part, f"{ALWAYS}|{package.members}")


def fetch(url: str) -> bytes:
    """The bytes behind a URL.

    Raises:
        ConnectionError: names the URL and what went wrong.
    """
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bytes(answer.read())
    except (OSError, http.client.HTTPException) as error:
        raise ConnectionError(
            f"cannot fetch {url}: {error}. Run the stage again when online: it goes on here."
        ) from error


def check(package: Package, data: bytes) -> None:
    """Compares a tarball with the pinned one.

    Raises:
        ValueError: it is another.
    """
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != package.sha512:
        raise ValueError(f"{package.url} has the SHA-512 {found}, not {package.sha512}, which was pinned")


def unpack(data: bytes, folder: Path, wanted: str) -> None:
    """Writes the files of an npm tarball whose paths match; its first folder, whatever its name, is left off.

    Links and special files are never made.

    Raises:
        ValueError: a path leads out of the folder.
    """
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            inner = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            if PurePosixPath(member.name).is_absolute() or ".." in inner.parts:
                raise ValueError(f"{member.name!r} leads out of the package")
            file = archive.extractfile(member) if member.isfile() else None
            if file is None or not re.fullmatch(wanted, str(inner)):
                continue
            path = folder / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.read())
