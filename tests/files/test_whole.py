"""Whole or not at all, files and folders."""

import pytest

from explorer.files.whole import whole


def test_whole_files_or_none(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole(path) as part:
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    with whole(path) as part:
        part.write_text("new")
    assert [child.read_text() for child in tmp_path.iterdir()] == ["new"]


def test_whole_folders_or_none(tmp_path):
    with pytest.raises(RuntimeError), whole(tmp_path / "folder") as part:
        part.mkdir()
        (part / "half").touch()
        raise RuntimeError
    assert not list(tmp_path.iterdir())
    with whole(tmp_path / "folder") as part:
        part.mkdir()
        (part / "file").touch()
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["folder", "folder/file"]
