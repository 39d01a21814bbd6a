"""Archives, opened again with zipfile and Pillow."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from explorer.outputs.archives import write_zip


def test_an_archive_holds_the_record_and_the_very_files(pictures, tmp_path, record):
    paths, arrays = pictures(4)
    write_zip(paths, tmp_path / "a.zip", record=record)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == [f"frame-{i:04d}.png" for i in range(4)] + ["run.json"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert json.loads(archive.read("run.json")) == record
        for i, array in enumerate(arrays):
            png = archive.read(f"frame-{i:04d}.png")
            assert png == paths[i].read_bytes()
            assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), array)


def test_an_archive_needs_pictures(tmp_path, record):
    with pytest.raises(ValueError, match="pictures: 0 frames"):
        write_zip([], tmp_path / "a.zip", record=record)
