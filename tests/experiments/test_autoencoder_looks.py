"""Looks into an autoencoder: what they measure against a computation by hand, and what they draw."""

import io
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer.engine.autoencoder import to_png
from explorer.experiments.autoencoder_looks import Channel, Decoded, ErrorMap, Original, mean_error, psnr

SIZE = (4, 2)


def plane(colour: tuple[int, int, int], size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.new("RGB", size, colour)


def drawn(look, decoded: Image.Image | None = None, latents: torch.Tensor | None = None) -> Image.Image:
    """What a look makes of latents that decode to `decoded`."""
    return look(SimpleNamespace(latents=latents), SimpleNamespace(decode=lambda _: decoded))


def test_psnr_is_what_one_gets_by_hand():
    """One pixel of eight is off by 3 in red and by 4 in blue: MSE = (9 + 16) / 24."""
    a, b = plane((10, 20, 30)), plane((10, 20, 30))
    b.putpixel((1, 1), (13, 20, 26))
    assert psnr(a, b) == pytest.approx(10 * math.log10(65025 / (25 / 24)))
    assert mean_error(a, b) == pytest.approx(7 / 24)
    assert psnr(a, b) == psnr(b, a)


def test_the_largest_error_there_is_has_0_db_and_none_has_infinitely_many():
    assert psnr(plane((0, 0, 0)), plane((255, 255, 255))) == 0
    assert mean_error(plane((0, 0, 0)), plane((255, 255, 255))) == 255
    assert psnr(plane((1, 2, 3)), plane((1, 2, 3))) == math.inf


@given(st.integers(1, 60))
def test_twice_the_error_is_6_db_less(off):
    black = plane((0, 0, 0))
    once, twice = (psnr(black, plane((k * off,) * 3)) for k in (1, 2))
    assert once - twice == pytest.approx(20 * math.log10(2))


def test_pictures_of_two_sizes_are_not_compared():
    with pytest.raises(ValueError, match=r"size = \(3, 2\) is not allowed: the size of the other picture, \(4, 2\)"):
        psnr(plane((0, 0, 0)), plane((0, 0, 0), (3, 2)))


def test_the_original_is_the_original_with_words_and_nothing_else_of_its_file():
    picture = plane((9, 8, 7))
    picture.info["comment"] = "where it was taken"
    shown = drawn(Original(picture, "8 pixels"))
    assert shown.tobytes() == picture.tobytes()
    assert shown.info == {"note": "8 pixels"}
    assert picture.info == {"comment": "where it was taken"}


def test_the_decoded_picture_stays_as_it_is_and_says_how_far_off_it_is():
    original, decoded = plane((100, 100, 100)), plane((110, 100, 100))
    shown = drawn(Decoded(original), decoded)
    assert shown.tobytes() == decoded.tobytes()
    assert shown.info["note"] == f"PSNR {psnr(original, decoded):.1f} dB, mean error 3.3 of 255"
    assert drawn(Decoded(original), original).info["note"] == "PSNR infinite: not one value of 255 is off"


def test_the_error_map_is_black_where_nothing_is_lost_and_lighter_the_more_is():
    original, decoded = plane((0, 0, 0)), plane((0, 0, 0))
    for x, off in enumerate((5, 20, int(ErrorMap.FULL), 255)):
        decoded.putpixel((x, 1), (off, off, off))
    shown = drawn(ErrorMap(original), decoded)
    lightness = np.asarray(shown.convert("L"), int)
    assert not lightness[0].any()
    assert list(lightness[1]) == [*sorted(set(lightness[1][:3])), lightness[1][2]]
    assert shown.info["note"].startswith(f"PSNR {psnr(original, decoded):.1f} dB")
    assert shown.info["note"].endswith("(black: 0, lightest: 40)")


def test_the_error_is_the_mean_of_the_three_colours():
    even, odd = (drawn(ErrorMap(plane((0, 0, 0))), plane(c)) for c in ((10, 10, 10), (30, 0, 0)))
    assert even.tobytes() == odd.tobytes()


def test_a_channel_is_drawn_number_by_number_in_greys_of_a_fixed_range():
    latents = torch.zeros(3, 2, 2)
    latents[1] = torch.tensor([[-3.0, 0.0], [1.5, 99.0]])
    shown = drawn(Channel(1, 8, 4), latents=latents)
    assert shown.size == (8, 4)
    assert [shown.getpixel(place)[0] for place in ((0, 0), (4, 0), (0, 2), (7, 3))] == [0, 128, 191, 255]
    assert shown.crop((0, 0, 4, 2)).getcolors() == [(8, (0, 0, 0))], "each number is one even patch"
    assert shown.info["note"] == "-3.0 to 99.0 (black: -3, grey: 0, white: 3)"


def test_a_note_travels_in_the_png():
    png = to_png(drawn(Decoded(plane((0, 0, 0))), plane((3, 3, 3))))
    assert Image.open(io.BytesIO(png)).info["note"].startswith("PSNR 38.6 dB")


def test_looks_that_draw_alike_share_a_name_and_others_do_not():
    one, same, other = plane((1, 1, 1)), plane((1, 1, 1)), plane((1, 1, 2))
    looks = [
        Decoded(one),
        Decoded(other),
        Decoded(plane((1, 1, 1), (2, 4))),
        ErrorMap(one),
        Original(one, ""),
        Original(one, "words"),
        Original(other, ""),
        *(Channel(*numbers) for numbers in ((0, 8, 8), (1, 8, 8), (0, 16, 8), (0, 8, 16))),
    ]
    assert len({look.digest for look in looks}) == len(looks)
    for make in (Decoded, ErrorMap):
        assert make(one).digest == make(same).digest
    assert Original(one, "words").digest == Original(same, "words").digest
    assert Channel(2, 8, 8).digest == Channel(2, 8, 8).digest
