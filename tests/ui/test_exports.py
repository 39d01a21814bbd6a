"""What the status line says of an export."""

from __future__ import annotations

import io
import re

import gradio as gr
import pytest
from PIL import Image

from explorer.outputs.runs import Runs
from explorer.ui.exporting import exported
from explorer.ui.text import say, speaking


def made(format, prompt, folder):
    png = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(png, "PNG")
    record = {"experiment": "guidance-sweep", "settings": {"prompt": prompt}}
    run = Runs(folder).create(record, 1)
    run.add(0, png.getvalue())
    _, status = exported(str(run.folder), format, {}, "compare")
    return status


@pytest.mark.parametrize(
    ("format", "prompt", "notes"),
    [
        ("png", "a dog, 一只狗, كلب", []),
        ("zip", "a 🐕", []),
        ("png", "a 🐕 and a 🐈", ["Letters on the sheet that no font here has: 🐕 🐈"]),
    ],
)
def test_letters_that_a_sheet_could_not_draw_are_told(format, prompt, notes, tmp_path):
    status = made(format, prompt, tmp_path)
    assert status.state == "done"
    assert re.search(r", \d+ kB, with its settings inside$", status.text)
    assert list(status.notes) == notes


def test_they_are_told_in_chinese(tmp_path):
    (note,) = made("png", "a 🐕 and a 🐈", tmp_path).notes
    assert say(note, "zh") == "总览图上有些字，这里的字体都写不出来：🐕 🐈"


def test_what_cannot_be_exported_is_told_in_chinese():
    with speaking("zh"), pytest.raises(gr.Error) as caught:
        exported(None, "png", {}, "film")
    assert caught.value.message == "这些图片已不在服务器上：请按“渲染”，它们就会回来。"
