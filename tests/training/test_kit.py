"""The kit for a bare machine: packed, run with the smoke recipe on the CPU, its parts joined, and gone on from."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from PIL import Image

from training import drawings, kit, kit_training
from training.drawings import SOLID

BARE = {
    "PIL",
    "huggingface_hub",
    "numpy",
    "psutil",
    "safetensors",
    "scipy",
    "tokenizers",
    "torch",
    "tqdm",
    "transformers",
}
"""What the machine has, as training/README.md says; transformers needs the hub's package."""
WHEELS = {"diffusers", "resvg_py", "platformdirs", "cachetools", "threadpoolctl"}


@pytest.fixture(scope="module")
def packed(work, tmp_path_factory) -> Path:
    """A kit of the miniature sources."""
    made = tmp_path_factory.mktemp("kit")
    kit.main(["pack", "--folder", str(work), "--kit", str(made), "--recipe", "smoke"])
    return made


def test_the_kit_has_the_drawings_that_the_wider_mixes_take(packed, work, tmp_path):
    found = list(kit.read_drawings(packed / "drawings.xz"))
    drawn, rows = drawings.load(work)
    assert {row for row, _ in found} < set(rows)
    assert {"cat", "cat face", "apple"} <= {row.subject for row, _ in found}
    assert not {"grinning face", "thumbs up"} & {row.subject for row, _ in found}
    kit_training.draw(packed, tmp_path)
    again, kept = drawings.load(tmp_path)
    for picture, row in zip(again, kept, strict=True):
        one, other = (each[..., :3] * (each[..., 3:] / 255) for each in (picture, drawn[rows.index(row)]))
        assert np.abs(one - other).mean() < (6 if row.source == SOLID else 0.01), row


def test_what_runs_there_needs_nothing_that_is_not_there():
    own, needed, asked = set(), set(), ["training.kit_training"]
    while asked:
        name = asked.pop()
        if name.partition(".")[0] not in ("training", "explorer", "bench"):
            needed.add(name.partition(".")[0])
        elif name not in own and (file := source(name)).is_file():
            own.add(name)
            asked += [name.rpartition(".")[0] or name, *imported(file)]
    assert {"training.kit_training", "training.mixes", "explorer.engine.machine"} <= own
    assert needed - BARE - WHEELS - set(sys.stdlib_module_names) == set()


def source(name: str) -> Path:
    """The file of a module of ours, if it is one."""
    path = kit_root().joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imported(path: Path) -> list[str]:
    """What a module of ours imports when it is imported; of `from` a package, what may be a module as well."""
    lines = ast.parse(path.read_text(encoding="utf-8")).body
    names = [alias.name for line in lines if isinstance(line, ast.Import) for alias in line.names]
    for line in lines:
        if isinstance(line, ast.ImportFrom):
            names += [line.module, *(f"{line.module}.{alias.name}" for alias in line.names)]
    return names


def kit_root() -> Path:
    return Path(kit.__file__).parents[1]


def run(packed: Path, out: Path, work: Path, *more: str) -> dict:
    """The kit's one command, as it is run there."""
    environment = {**os.environ, "OUT": str(out), "PYTHON": sys.executable}
    flags = ["--work", str(work), "--rows", "10", "--most", "80", "--least", "1", "--sheet", "2", *more]
    subprocess.run(
        ["bash", str(packed / "run.sh"), "0.01", *flags], check=True, cwd=kit_root(), env=environment, timeout=250
    )
    return json.loads((out / "report.json").read_text())


def test_one_command_learns_and_its_parts_are_a_unet_that_the_next_run_goes_on_from(packed, tmp_path, monkeypatch):
    kit_copy = shutil.copytree(packed, tmp_path / "kit")
    told = run(kit_copy, tmp_path / "out", tmp_path / "work")
    assert told["steps"] >= 1
    assert all(count >= 2 for count in told["composites"].values())
    assert all(np.isfinite(loss) for _, loss in told["losses"])
    assert set(told["errors_before"]) == set(told["errors_after"]) == set(told["composites"])
    with Image.open(tmp_path / "out" / "sheet.webp") as sheet:
        assert sheet.size == (4 * 396, 146)
    files = [file for file in (tmp_path / "out").iterdir() if file.is_file()]
    assert len(files) <= 8
    assert max(file.stat().st_size for file in files) <= 16 * 2**20
    kit.main(["join", str(tmp_path / "out"), "--kit", str(kit_copy), "--unet", str(tmp_path / "unet")])
    unet = UNet2DConditionModel.from_pretrained(tmp_path / "unet", torch_dtype=torch.float32)
    monkeypatch.setattr(kit_training, "fresh", None)
    begun = kit_training._start(kit_copy, Path("nowhere"), kit_training.RECIPES["smoke"])
    assert all(torch.equal(one, other) for one, other in zip(begun.parameters(), unet.parameters(), strict=True))


def test_weights_larger_than_a_part_come_back_in_several(tmp_path, monkeypatch):
    monkeypatch.setattr(kit, "PART", 1000)
    (tmp_path / "unet").mkdir()
    whole = np.random.default_rng(0).bytes(2500)
    (tmp_path / "unet" / kit.WEIGHTS).write_bytes(whole)
    (tmp_path / "unet" / "config.json").write_text("{}")
    (tmp_path / "out").mkdir()
    kit.split(tmp_path / "unet", tmp_path / "out")
    assert len(list((tmp_path / "out").glob("*.part"))) == 3
    kit.join(tmp_path / "out", tmp_path / "again")
    assert (tmp_path / "again" / kit.WEIGHTS).read_bytes() == whole
    (tmp_path / "out" / "unet-1.part").unlink()
    with pytest.raises(ValueError, match="has not all parts of one set of weights"):
        kit.join(tmp_path / "out", tmp_path / "third")


def test_a_kit_that_is_too_large_is_refused(packed, work, tmp_path, monkeypatch):
    monkeypatch.setattr(kit, "LARGEST", 100)
    with pytest.raises(ValueError, match="bytes, more than 100"):
        kit.pack(work, tmp_path / "kit", "smoke")
