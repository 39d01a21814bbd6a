"""Pictures become a ZIP archive of lossless PNGs.

Contract: `frame-0000.png` and so on in the order given, each the given file with the record put in as text and not one
pixel encoded again, and `run.json`. Read and written one picture at a time.

It does not know runs, or what is in the pictures.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from explorer.outputs.settings import MEMBER, dumps, png_with_record


def write_zip(pictures: Sequence[Path], path: Path, *, record: Mapping[str, Any]) -> None:
    """PNG files into one archive, stored as they are: PNG is compressed already. Raises ValueError without pictures."""
    if not pictures:
        raise ValueError("pictures: 0 frames, at least 1 is needed for an archive")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MEMBER, dumps(record))
        for number, picture in enumerate(pictures):
            archive.writestr(f"frame-{number:04d}.png", png_with_record(picture.read_bytes(), record))
