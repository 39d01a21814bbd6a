"""Letters of every script on sheets: from a font that has them, in the order in which they are read, or named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont, features

from explorer.outputs.lettering import BUNDLED, Lettering, visual
from explorer.outputs.settings import read
from explorer.outputs.sheets import undrawn, write_sheet

DEJAVU = BUNDLED[0]
BASIC = ImageFont.Layout.BASIC
WORDS = ["קטה", "אדום", "حمراء", "قطة", "لا", "cat", "мир", "→", "(", ")", "[", "]", "«", "»", "<", ",", " ", "50%"]


def drawn(text, font):
    picture = Image.new("L", (1600, 60), 255)
    ImageDraw.Draw(picture).text((10, 33), text, font=font, fill=0, anchor="ls")
    return picture.tobytes()


def lettered(text, fonts=BUNDLED, size=28):
    picture = Image.new("RGB", (1600, 60), "white")
    Lettering(size, fonts).draw(ImageDraw.Draw(picture), 10, 5, text, "black")
    return picture.convert("L").tobytes()


@pytest.mark.parametrize(
    "text",
    [
        "我能吞下玻璃而不伤身体",
        "我能吞下玻璃而不傷身體，「貓」",
        "わたしはガラスを食べられます。漢字",
        "나는 유리를 먹을 수 있어요",
        "Я могу есть стекло",
        "Μπορώ να φάω γυαλιά",
        "אני יכול לאכול זכוכית",
        "أنا قادر على أكل الزجاج",
        "→ ↔ × ≥ ½ ∞ ★ “…” — 100 %",
    ],
)
def test_common_letters_are_bundled(text):
    assert Lettering(20, BUNDLED).missing([text]) == []
    assert Lettering(20, ()).missing([text]) != []


def test_every_chinese_letter_of_the_page_is_bundled():
    texts = Path(__file__).parents[2] / "explorer/ui/texts"
    phrases = [(texts / name).read_text(encoding="utf-8") for name in ("zh.json", "zh-TW.json")]
    assert [letter for letter in Lettering(12, BUNDLED).missing(phrases) if letter.isalpha()] == []


def test_letters_that_no_font_has_are_named_once_and_in_order():
    assert Lettering(20, BUNDLED).missing(["a 🐕 and a 🐈", "🐕\ufe0f\u200d狗"]) == ["🐕", "🐈"]


def test_hebrew_stands_from_right_to_left_also_between_words():
    line = "קטה אדום"
    assert lettered(line) == drawn(line[::-1], ImageFont.truetype(DEJAVU, 28, layout_engine=BASIC))


def test_arabic_letters_are_joined_and_stand_from_right_to_left():
    """Forms of U+FE70 to U+FEFF: qaf as a word begins, tah within, teh marbuta at the end; lam and alef as one."""
    assert visual("قطة") == "\ufe94\ufec4\ufed7"
    assert visual("لا") == "\ufefb"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a cat (b) → 50%", "a cat (b) → 50%"),
        ("(קטה) אדום", "םודא (הטק)"),
        ("a cat → (קטה), אדום", "a cat → (הטק), םודא"),
        ("קטה [cat] 50%", "50% [cat] הטק"),
        ("קטה → אדום, 40%", "40% ,םודא → הטק"),
    ],
)
def test_lines_of_both_directions(text, seen):
    assert visual(text) == seen


@pytest.mark.skipif(not features.check("fribidi"), reason="no FriBidi: tests/browser.sh installs it")
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map("".join).map(str.strip).filter(bool))
def test_the_order_is_that_of_fribidi(text):
    """FriBidi and HarfBuzz, where Pillow finds them, are the oracle: the same line, by its own order and by ours."""
    font = ImageFont.truetype(DEJAVU, 24, layout_engine=ImageFont.Layout.RAQM)
    kept_as_it_is = f"\u202d{visual(text)}\u202c"
    assert drawn(text, font) == drawn(kept_as_it_is, font)


@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    words = Lettering(12, BUNDLED)
    assert words.width(text) >= 0
    assert sorted(set(words.missing([text, text]))) == sorted(words.missing([text]))


def test_a_line_is_the_same_on_every_machine(tmp_path):
    """A machine without a single font draws the bundled letters as this one does."""
    script = """
import hashlib
from explorer.outputs.lettering import fonts_here
from tests.outputs.test_lettering import lettered
fonts = fonts_here()
pictures = [lettered(text, fonts) for text in ("一只狗 cat", "קטה אדום", "قطة حمراء → мир")]
print(len(fonts), hashlib.sha256(b"".join(pictures)).hexdigest())
"""
    bare = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path), "HOME": str(tmp_path)}
    found = [
        subprocess.run([sys.executable, "-c", script], env=env, check=True, capture_output=True, text=True).stdout
        for env in (bare, dict(os.environ))
    ]
    assert found[0].split()[0] == str(len(BUNDLED))
    assert found[0].split()[1] == found[1].split()[1]


def test_a_sheet_names_what_it_could_not_draw(pictures, record, tmp_path):
    paths, _ = pictures(1, 192, 192)
    plain = {**record, "settings": {"prompt": "a dog"}, "frames": [{"caption": "狗"}]}
    missing = {**plain, "frames": [{"caption": "🐕"}]}
    assert undrawn(plain) == []
    assert undrawn(missing) == ["🐕"]
    heights = []
    for name, told in (("plain", plain), ("missing", missing)):
        write_sheet(paths, tmp_path / f"{name}.png", record=told)
        assert read(tmp_path / f"{name}.png") == told
        heights.append(Image.open(tmp_path / f"{name}.png").height)
    assert heights[1] > heights[0]  # by the line that says so
