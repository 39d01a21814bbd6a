"""The packages of a wheel: `explorer`, and inside it what it comes with. All else is in pyproject.toml."""

from setuptools import find_packages, setup

ASSETS = {f"explorer.assets.{name}": f"assets/{name}" for name in ("examples", "fonts", "gallery", "pocket")}

setup(
    packages=[*find_packages(include=["explorer", "explorer.*"]), *ASSETS],
    package_dir=ASSETS,
)
