"""Films, opened again with Pillow and PyAV: as many frames, in order, as long, and as coloured as asked for."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from explorer.outputs import films, palettes
from explorer.outputs.films import delays, playback, write_gif, write_mp4, write_webp
from explorer.outputs.settings import read

WRITERS = {"gif": write_gif, "webp": write_webp, "mp4": write_mp4}
SPEEDS = st.integers(1, 50) | st.floats(1, 50) | st.sampled_from([23.976, 29.97, 12.5])


def animation(path):
    """Frames (float arrays) and how long each stands in milliseconds, as Pillow sees a GIF or WebP."""
    frames, stands = [], []
    with Image.open(path) as film:
        for i in range(film.n_frames):
            film.seek(i)
            frames.append(np.asarray(film.convert("RGB"), float))
            stands.append(film.info.get("duration"))
        return frames, stands, film.info.get("loop")


def bt709(frame):
    """(height, width, 3) RGB of a 4:2:0 frame by the formulas of BT.709 in limited range, no library's shortcuts."""
    planes = frame.to_ndarray().astype(float)
    height, width = frame.height, frame.width
    luma = (planes[:height] - 16) / 219
    chroma = (planes[height:].reshape(2, height // 2, width // 2) - 128) / 224
    blue, red = chroma.repeat(2, 1).repeat(2, 2)
    r, b = luma + 1.5748 * red, luma + 1.8556 * blue
    return 255 * np.stack([r, (luma - 0.2126 * r - 0.0722 * b) / 0.7152, b], -1)


def video(path):
    with av.open(path) as film:
        return [bt709(frame) for frame in film.decode(video=0)]


def rms(difference):
    return float(np.sqrt(np.mean(np.square(difference))))


def opened(kind, path):
    return video(path) if kind == "mp4" else animation(path)[0]


@given(st.integers(1, 20), st.sampled_from(films.LOOPS))
def test_a_round_shows_every_frame_and_repeats_no_end(count, loop):
    shown = playback(range(count), loop)
    assert shown[:count] == list(range(count))
    turns = [abs(b - a) for a, b in zip(shown, shown[1:] + shown[:1], strict=True)]
    if loop == "back-and-forth":
        assert set(turns) == ({1} if count > 1 else {0})
        assert len(shown) == max(1, 2 * count - 2)
    else:
        assert len(shown) == count


def test_an_unknown_loop_names_those_there_are():
    with pytest.raises(ValueError, match=r"'bounce'.*open, back-and-forth, closed"):
        playback([1, 2], "bounce")


@given(st.integers(1, 300), SPEEDS, st.sampled_from([100, 1000]))
def test_delays_add_up_to_the_clock_and_differ_by_one_at_most(count, fps, unit):
    stands = delays(count, fps, unit)
    exact = films.rate(fps)
    assert len(stands) == count
    assert abs(sum(stands) - count * unit / exact) <= Fraction(1, 2)
    assert max(stands) - min(stands) <= 1
    assert min(stands) >= unit // 50  # browsers slow down what stands for less than 2/100 s


def test_delays_of_the_tutorials_speeds():
    assert delays(3, 10, 100) == [10, 10, 10]
    assert sorted(delays(3, 30, 100)) == [3, 3, 4]


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("fps", [0, 0.5, 51, -1, float("nan"), float("inf"), "10", None, True])
def test_a_speed_out_of_bounds_is_named_with_what_is_allowed(writer, fps, pictures, tmp_path, record):
    paths, _ = pictures(2)
    with pytest.raises(ValueError, match=r"fps: .* from 1 to 50"):
        writer(paths, tmp_path / "film", fps=fps, record=record)


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_a_film_needs_pictures_of_one_size(writer, pictures, tmp_path, record):
    with pytest.raises(ValueError, match="pictures: 0 frames"):
        writer([], tmp_path / "film", fps=10, record=record)
    mixed = pictures(2)[0] + pictures(2, 32, 32)[0]
    with pytest.raises(ValueError, match=r"0000.png is \(32, 32\)"):
        writer(mixed, tmp_path / "film", fps=10, record=record)


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_film_has_all_frames_in_order_and_carries_the_record(kind, count, pictures, tmp_path, record):
    paths, arrays = pictures(count)
    path = tmp_path / "film"
    WRITERS[kind](paths, path, fps=10, record=record)
    frames = opened(kind, path)
    nearest = [int(np.argmin([rms(frame - array) for array in arrays])) for frame in frames]
    assert nearest == list(range(count))
    assert max(rms(frame - array) for frame, array in zip(frames, arrays, strict=True)) < 7
    assert read(path) == record


@pytest.mark.parametrize("kind", WRITERS)
def test_a_frame_shown_twice_is_two_frames(kind, pictures, tmp_path, record):
    paths, _ = pictures(2)
    WRITERS[kind]([paths[0], paths[1], paths[1], paths[0]], tmp_path / "film", fps=10, record=record)
    if kind == "webp":  # its encoder makes one longer frame of equal ones
        assert sum(animation(tmp_path / "film")[1]) == 400
    else:
        assert len(opened(kind, tmp_path / "film")) == 4


@pytest.mark.parametrize("fps", [1, 12.5, 30, 50])
def test_a_gif_and_a_webp_last_as_long_as_they_should_and_loop_for_ever(fps, pictures, tmp_path, record):
    paths, _ = pictures(7)
    for kind, unit in (("gif", 10), ("webp", 1)):
        WRITERS[kind](paths, tmp_path / kind, fps=fps, record=record)
        _, stands, loop = animation(tmp_path / kind)
        assert loop == 0
        assert abs(sum(stands) - 7000 / fps) <= unit / 2


def descriptors(content):
    """The flags of every picture in a GIF, found by walking its blocks."""
    at = 13 + (3 << (content[10] & 7) + 1)
    while content[at] != ord(";"):
        if content[at] == ord(","):
            yield content[at + 9]
            at += 11  # the descriptor and the first byte of the picture, its code size
        else:
            at += 2
        while content[at]:
            at += content[at] + 1
        at += 1


def test_a_gif_has_one_palette_for_all_frames(pictures, tmp_path, record):
    paths, _ = pictures(6)
    write_gif(paths, tmp_path / "film", fps=10, record=record)
    content = (tmp_path / "film").read_bytes()
    assert content[10] & 128  # a table for the whole film
    assert [flags & 128 for flags in descriptors(content)] == [0] * 6  # and none for a frame


def test_what_stands_still_in_the_pictures_stands_still_in_the_gif(pictures, tmp_path, record):
    paths, arrays = pictures(5)
    for path, array in zip(paths, arrays, strict=True):
        array[12:] = arrays[0][12:]
        Image.fromarray(array).save(path)
    write_gif(paths, tmp_path / "film", fps=10, record=record)
    frames = animation(tmp_path / "film")[0]
    assert any(not np.array_equal(frame[:12], frames[0][:12]) for frame in frames)
    assert all(np.array_equal(frame[12:], frames[0][12:]) for frame in frames)


def test_the_dither_hides_the_bands(pictures):
    """Averaged over 8 x 8 pixels, as the eye does, the pattern is nearer the picture than nearest colours are."""
    paths, arrays = pictures(6, 128, 128)
    palette = palettes.Palette.of(paths)

    def seen(difference):
        return difference.reshape(16, 8, 16, 8, 3).mean((1, 3))

    for array in (arrays[0], arrays[3]):
        distances = np.square(array[:, :, None].astype(float) - palette.colours).sum(-1)
        nearest = palette.colours[distances.argmin(-1)]
        mixed = np.asarray(palette.quantize(Image.fromarray(array)).convert("RGB"), float)
        assert rms(seen(mixed - array)) < 0.7 * rms(seen(nearest - array))


@pytest.mark.parametrize("doublings", [0, 1, 2, 3])
def test_the_pattern_ranks_every_pixel_of_a_tile_once_and_every_quarter_evenly(doublings):
    ranks = palettes.bayer(doublings)
    assert sorted(ranks.ravel()) == list(range(4**doublings))
    if doublings:
        half = 2 ** (doublings - 1)
        quarters = [ranks[y : y + half, x : x + half].mean() for y in (0, half) for x in (0, half)]
        assert max(quarters) - min(quarters) <= 3


@pytest.mark.parametrize("colours", [1, 2, 5, 200])
def test_a_film_of_few_colours_keeps_them(colours, tmp_path):
    """Colours four levels apart or more stand in cells of their own, and each is its own best mixture."""
    levels = np.linspace(0, 255, 64).round().astype(np.uint8)
    row = np.stack(
        [levels[np.arange(colours) % 64], levels[np.arange(colours) // 8], levels[-1 - np.arange(colours) % 64]], -1
    )
    Image.fromarray(np.tile(row, (8, 1, 1))).save(tmp_path / "few.png")
    palette = palettes.Palette.of([tmp_path / "few.png"])
    shown = np.asarray(palette.quantize(Image.open(tmp_path / "few.png")).convert("RGB"), float)
    assert rms(shown - row) < 3


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 40, 60), (10, 200, 90), (30, 60, 220)])
def test_flat_colours_survive_every_format(colour, tmp_path, record):
    Image.new("RGB", (32, 32), colour).save(tmp_path / "flat.png")
    for kind, writer in WRITERS.items():
        writer([tmp_path / "flat.png"] * 3, tmp_path / kind, fps=10, record=record)
        for frame in opened(kind, tmp_path / kind):
            assert np.abs(frame - colour).max() < 4, kind


@pytest.mark.parametrize("fps", [1, 10, 12.5, 29.97, 50])
def test_an_mp4_is_what_browsers_and_quicktime_play(fps, pictures, tmp_path, record):
    paths, _ = pictures(5)
    write_mp4(paths, tmp_path / "film", fps=fps, record=record)
    with av.open(tmp_path / "film") as film:
        stream = film.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.pix_fmt, stream.frames) == ("h264", "yuv420p", 5)
        assert stream.average_rate == films.rate(fps)
        assert stream.duration * stream.time_base == 5 / films.rate(fps)
        assert [context.colorspace, context.color_range, context.color_primaries, context.color_trc] == [1, 1, 1, 1]
        assert [frame.time for frame in film.decode(stream)] == pytest.approx([i / films.rate(fps) for i in range(5)])
    content = (tmp_path / "film").read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # plays before it is loaded
    assert b"colrnclx" in content


@pytest.mark.parametrize(("width", "height"), [(47, 39), (48, 39), (47, 40), (1, 1)])
def test_odd_sizes_grow_by_a_repeated_edge(width, height, pictures, tmp_path, record):
    paths, arrays = pictures(3, width, height)
    write_mp4(paths, tmp_path / "film", fps=10, record=record)
    for frame, array in zip(video(tmp_path / "film"), arrays, strict=True):
        assert frame.shape == (height + height % 2, width + width % 2, 3)
        assert rms(frame[:height, :width] - array) < 7
        assert rms(frame[-1, :width] - array[-1]) < 9


@pytest.mark.parametrize("kind", WRITERS)
def test_memory_does_not_grow_with_the_length(kind, monkeypatch, pictures, tmp_path, record):
    """Pillow counts its blocks of pixels; a picture of this size is one block."""
    most = 0
    load = films._opened

    def counted(*arguments):
        nonlocal most
        for picture in load(*arguments):
            stats = Image.core.get_stats()
            most = max(most, stats["allocated_blocks"] - stats["freed_blocks"])
            yield picture

    monkeypatch.setattr(films, "_opened", counted)
    paths, _ = pictures(2)
    stats = Image.core.get_stats()
    before = stats["allocated_blocks"] - stats["freed_blocks"]
    WRITERS[kind](paths * 30, tmp_path / "film", fps=10, record=record)
    assert 1 <= most - before <= 8
