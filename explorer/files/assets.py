"""Where the files lie that come with the program: the bundled model, fonts, example pictures, shipped runs.

In a checkout they are its `assets/`; a package that was built and installed has them inside.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "assets"

ASSETS = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "assets"
