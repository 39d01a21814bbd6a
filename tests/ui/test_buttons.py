"""A row of buttons as one widget: what it takes for a press, and what it is told."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from explorer.ui.buttons import Buttons
from explorer.ui.exporting import Exports
from explorer.ui.views import VIEWS


def test_a_press_is_that_of_one_of_its_buttons():
    buttons = Buttons(names={"0": "One", "add": "Two"}, id="row")
    assert [buttons.pressed(SimpleNamespace(key=key)) for key in ("0", "add")] == ["0", "add"]


@pytest.mark.parametrize("key", ["1", "", "__class__", 0, None, ["0"], {"0": 1}])
def test_what_is_no_button_is_refused(key):
    buttons = Buttons(names={"0": "One"}, id="row")
    for event in (SimpleNamespace(key=key), SimpleNamespace()):
        with pytest.raises(KeyError):
            buttons.pressed(event)


def test_its_words_are_translated_and_its_attributes_are_not_sent_twice():
    config = Buttons(names={"gif": "Try one:"}, id="row", before="ZIP of PNGs").get_config()
    texts = config["props"]["texts"]
    assert texts["zh"] == {"Try one:": "试一个：", "ZIP of PNGs": "ZIP（PNG 图片）"}
    assert texts["en"].keys() == texts["zh"].keys() == texts["zh-TW"].keys()
    assert "names" not in config.keys() - {"props"}


def test_a_file_that_is_made_again_is_a_new_one(tmp_path):
    (tmp_path / "film.gif").write_bytes(b"GIF")
    exports = Exports({"off": True}, view=VIEWS["film"](), id="exports")
    first, second = (exports.postprocess({"off": False, "file": tmp_path / "film.gif"}) for _ in range(2))
    assert first["file"] == second["file"]
    assert first["file"]["orig_name"] == "film.gif"
    assert first["stamp"] != second["stamp"]
    assert exports.postprocess({"off": True}) == {"off": True}
    assert exports.postprocess(None) is None
