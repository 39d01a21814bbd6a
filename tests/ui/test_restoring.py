"""What comes back out of files: every setting from every format, and from a stranger's nothing that does harm."""

from __future__ import annotations

import io
import json
import random
import struct
import tempfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.experiments.made_with import MadeWith
from explorer.files import zips
from explorer.outputs import foreign
from explorer.outputs.archives import read_pictures, write_zip
from explorer.outputs.enlarging import Look
from explorer.outputs.export import FORMATS, export
from explorer.outputs.records import is_picture
from explorer.outputs.runs import Run, Runs
from explorer.outputs.settings import KEY, LIMIT, MEMBER, NoSettings, dumps, png_with_record, read
from explorer.ui.memory import kept
from explorer.ui.reopening import _for_this_model, _status
from explorer.ui.restoring import NO_FRAMES, NO_PICTURE, restore
from tests.drawn import settings_of
from tests.ui.renders import run_of

EXPERIMENTS = registry()
KINDS = (*FORMATS, "frame", "run.json")


@pytest.fixture(scope="module")
def engine():
    return Engine(FakeNetworks(), FrameStore())


def png(colour=(9, 90, 200), size=(16, 16), **save):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG", **save)
    return buffer.getvalue()


def file_of(run: Run, kind: str) -> Path:
    """A run as a file of that kind: one of FORMATS, a single "frame", or the record alone."""
    if kind in FORMATS:
        return export(run, kind)
    return run.pictures[-1] if kind == "frame" else run.folder / MEMBER


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_left_enlarged_opens_on_the_settings_that_drew_it(kind, engine, tmp_path):
    sent = EXPERIMENTS["interpolation"](frames=3, width=64, height=96, loop="open").resolved(engine.networks.defaults)
    path = export(run_of(sent, engine, Runs(tmp_path / "runs")), kind, look=Look(512, captions=True))
    found = restore(path, EXPERIMENTS, engine, Runs(tmp_path / "others"))
    assert sent == type(sent)(**found.settings)
    assert (found.run is not None) == (kind == "zip")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_settings_survive_every_format(experiment, kind, engine, data):
    """All but start pictures in a single frame, which says so."""
    sent = experiment(**data.draw(settings_of(experiment))).resolved(engine.networks.defaults)
    pictures = [name for name, value in sent.settings().items() if is_picture(value)]
    with tempfile.TemporaryDirectory() as folder:
        run = Runs(Path(folder)).create({"experiment": experiment.name(), "settings": sent.settings()}, 2)
        run.add(0, png())
        run.add(1, png((1, 2, 3)))
        path = file_of(run, kind)
        playing = read(path)["settings"]  # a film's export says the speed and the loop that it has
        found = restore(path, EXPERIMENTS, engine, Runs(Path(folder) / "back"))
    expected = {**sent.settings(), **{name: playing[name] for name in ("fps", "loop") if name in playing}}
    if kind == "frame":
        expected = {name: value for name, value in expected.items() if name not in pictures}
        assert found.remarks == ((NO_PICTURE,) if pictures else ())
    assert found.experiment is experiment
    assert {name: experiment(**found.settings).settings()[name] for name in expected} == expected


def rendered(name, engine, folder, **given):
    return run_of(EXPERIMENTS[name](**given), engine, Runs(folder))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("interpolation", {"prompts": ["猫", "<b>"], "frames": 3, "loop": "open"}),
        ("prompt-grid", {"cells": 2}),
        ("image-variations", {"picture": "hills", "strengths": (0.5,)}),
        ("inside-the-autoencoder", {}),
    ],
)
def test_frames_come_back_from_an_archive_as_a_run_of_its_own(name, given, engine, tmp_path):
    run = rendered(name, engine, tmp_path / "a", **given)
    calls = engine.networks.calls
    found = restore(export(run, "zip", loop=given.get("loop", "open")), EXPERIMENTS, engine, Runs(tmp_path / "b"))
    assert found.remarks == ()
    assert (found.run.ready, found.run.frames) == (run.ready, run.frames)
    assert found.run.record["settings"] == run.record["settings"]
    assert found.run.record["notes"] == run.record["notes"]
    assert found.run.record["model"] == run.record["model"]
    assert [pixels(path) for path in found.run.pictures] == [pixels(path) for path in run.pictures]
    assert engine.networks.calls == calls


def pixels(path):
    with Image.open(path) as picture:
        return picture.size, picture.tobytes()


def test_pictures_from_an_archive_are_never_given_to_others(tmp_path, record):
    """They are whatever their maker put there: a render of the same settings makes its own."""
    fresh = Engine(FakeNetworks(), FrameStore())
    path = archive(tmp_path / "a.zip", [(f"frame-000{i}.png", png()) for i in range(3)], record)
    found = restore(path, EXPERIMENTS, fresh, Runs(tmp_path / "runs"))
    assert found.run.ready == [0, 1, 2]
    assert fresh.price(found.experiment(**found.settings).plan(fresh)).stored == 0


def test_a_stopped_run_comes_back_with_its_frames_in_their_places(engine, tmp_path):
    run = rendered("interpolation", engine, tmp_path / "a", frames=5)
    for gone in (0, 3):
        run.pictures[gone].unlink()
    found = restore(export(run, "zip"), EXPERIMENTS, engine, Runs(tmp_path / "b"))
    assert (found.run.ready, found.run.count) == (run.ready, 5)


def archive(path, members, record=None):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(MEMBER, dumps(record) if isinstance(record, dict) else record or "{}")
        for name, content in members:
            made.writestr(name, content)
    return path


@pytest.fixture(scope="module")
def record(engine, tmp_path_factory):
    """The record of a film of three frames."""
    return rendered("interpolation", engine, tmp_path_factory.mktemp("film"), frames=3).record


def test_only_what_our_archives_hold_is_taken_and_only_into_the_run(engine, tmp_path, record):
    good = png(pnginfo=_words("note", "x" * 1000))
    names = [
        "../../frame-0001.png",
        "/etc/frame-0001.png",
        "..\\..\\x",
        "../../x.png",
        "frame-0099.png",
        "frame-00001.png",
        "frame-٠٠٠٢.png",
        "frame-0002.png.exe",
    ]
    path = archive(tmp_path / "a.zip", [(name, good) for name in names], record)
    before = set(tmp_path.rglob("*"))
    found = restore(path, EXPERIMENTS, engine, Runs(tmp_path / "runs"))
    assert found.run.ready == [1]
    assert b"note" not in found.run.pictures[0].read_bytes()
    outside = {new for new in set(tmp_path.rglob("*")) - before if found.run.folder not in (new, *new.parents)}
    assert outside <= {tmp_path / "runs", tmp_path / "runs" / ".swept"}


def _words(key, text):
    info = PngInfo()
    info.add_text(key, text)
    return info


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(10_000_000))) + chunk(b"IEND", b"")


BAD_PICTURES = {
    "no picture": b"<html>",
    "too large": bomb(60_000),
    "more pixels than it says": bomb(64),
    "grey": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)) + chunk(b"IEND", b""),
    "cut off": png()[:60],
    "a ZIP bomb": bytes(50_000_000),
}


@pytest.mark.parametrize("content", BAD_PICTURES.values(), ids=BAD_PICTURES)
def test_a_bad_picture_is_left_out_and_leaves_nothing_behind(content, engine, tmp_path, record):
    path = archive(tmp_path / "a.zip", [("frame-0000.png", content)], record)
    found = restore(path, EXPERIMENTS, engine, Runs(tmp_path / "runs"))
    if content is BAD_PICTURES["more pixels than it says"]:  # Pillow stops where the picture is full
        assert found.run.ready == [0]
        return
    assert (found.run, found.remarks) == (None, (NO_FRAMES,))
    assert [p for p in (tmp_path / "runs").iterdir() if p.name != ".swept"] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda record: {**record, "frames": record["frames"][:2]},
        lambda record: {**record, "frames": [{"coordinates": [9]}] * 3},
        lambda record: {**record, "frames": 7},
        lambda record: {**record, "settings": {**record["settings"], "frames": 999}},
        lambda record: {**record, "settings": {**record["settings"], "seeds": [1]}},
        lambda record: {**record, "settings": {"frames": 3}},
    ],
)
def test_frames_that_do_not_belong_to_the_settings_stay_where_they_are(change, engine, tmp_path, record):
    path = archive(tmp_path / "a.zip", [("frame-0000.png", png())], change(record))
    found = restore(path, EXPERIMENTS, engine, Runs(tmp_path / "runs"))
    assert found.run is None
    assert found.remarks[-1] == NO_FRAMES


def test_the_words_of_an_archive_are_not_taken_for_the_runs(engine, tmp_path, record):
    frames = [{**frame, "caption": "<script>", "settings": {"prompt": 7}} for frame in record["frames"]]
    lies = {
        **record,
        "frames": frames,
        "notes": {"0": "n" * 9000, "7": "x", "²": "y", "1": 5},
        "model": {"name": ["x"]},
    }
    found = restore(archive(tmp_path / "a.zip", [("frame-0000.png", png())], lies), EXPERIMENTS, engine, Runs(tmp_path))
    assert found.run.frames == record["frames"]
    assert found.run.record["notes"] == {"0": "n" * 300}
    assert found.run.record["model"] == {"name": "another"}


class Counting(io.BytesIO):
    """A file that says how much was read of it at once."""

    most = 0

    def read(self, size=-1):
        data = super().read(size)
        self.most = max(self.most, len(data))
        return data


def test_an_archive_of_very_many_members_is_refused_before_they_are_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        for number in range(20_000):
            made.writestr(f"{number:060d}", "")
    file = Counting((tmp_path / "a.zip").read_bytes())
    with pytest.raises((ValueError, zipfile.BadZipFile)), zips.opened(file):
        pass
    assert file.most <= zips.MOST_AT_ONCE + 1
    with pytest.raises(NoSettings):
        read(tmp_path / "a.zip")


def test_a_member_that_needs_gigabytes_to_unpack_is_not_unpacked(tmp_path, record):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as made:
        made.writestr(MEMBER, dumps(record))
    with pytest.raises(NoSettings):
        read(tmp_path / "a.zip")


def test_pictures_are_read_back_only_up_to_a_bound(tmp_path, monkeypatch, pictures_on_disk):
    write_zip(pictures_on_disk, tmp_path / "a.zip", record={"settings": {}})
    whole = [index for index, _ in read_pictures(tmp_path / "a.zip", 10, 64)]
    monkeypatch.setattr("explorer.outputs.archives.MOST_BYTES", 2 * len(png()) + 1)
    assert (whole, [index for index, _ in read_pictures(tmp_path / "a.zip", 10, 64)]) == ([0, 1, 2, 3], [0, 1])


def test_what_is_no_picture_of_ours_counts_towards_the_bound_all_the_same(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("frame-0000.png", bytes(2 * len(png())))
        made.writestr("frame-0001.png", png())
    monkeypatch.setattr("explorer.outputs.archives.MOST_BYTES", 2 * len(png()))
    assert list(read_pictures(tmp_path / "a.zip", 10, 64)) == []


@pytest.fixture
def pictures_on_disk(tmp_path):
    paths = [tmp_path / f"{number:04d}.png" for number in range(4)]
    for path in paths:
        path.write_bytes(png())
    return paths


HUNDRED = 100 * 2**20


def sparse(path, head, size, tail=b""):
    """A file that says it is long, and is, without taking room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.seek(size, 1)
        file.write(tail)
    return path


@pytest.mark.parametrize("key", [KEY, "parameters", "Comment"])
@pytest.mark.parametrize("kind", [b"tEXt", b"iTXt", b"zTXt"])
def test_a_comment_of_100_megabytes_is_skipped(key, kind, engine, tmp_path, monkeypatch):
    start = png()[:33] + struct.pack(">I", HUNDRED + len(key) + 1) + kind + key.encode() + b"\0"
    path, read_sizes = sparse(tmp_path / "a.png", start, HUNDRED, png()[33:]), []
    with path.open("rb") as file:

        class Watched:
            seek, tell = file.seek, file.tell

            def read(self, size=-1):
                data = file.read(size)
                read_sizes.append(len(data))
                return data

        from explorer.files.png import texts

        try:
            texts(Watched(), {KEY, "parameters"}, LIMIT)
        except zlib.error:
            assert kind != b"tEXt"
    assert max(read_sizes) <= LIMIT + 1
    with pytest.raises(NoSettings):
        restore(path, EXPERIMENTS, engine, Runs(tmp_path / "runs"))


@pytest.mark.parametrize("text", ["[" * 10_000 + "]" * 10_000, "[" * 900 + "]" * 900, '{"a":' * 10_000])
def test_settings_of_any_depth_are_refused_or_left_out(text, engine, tmp_path):
    (tmp_path / "run.json").write_text('{"experiment":"interpolation","settings":{"frames":' + text + "}}")
    try:
        found = restore(tmp_path / "run.json", EXPERIMENTS, engine, Runs(tmp_path / "runs"))
    except NoSettings as refusal:
        assert "run.json" in str(refusal)
    else:
        assert "frames" not in found.settings
        assert "frames = " in found.remarks[0]


A1111 = "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 7, Size: 64x64, Model: x"


def foreign_png(path, key, text, size=(16, 16)):
    path.write_bytes(png(size=size, pnginfo=_words(key, text)))
    return path


def test_what_another_program_did_not_say_for_certain_stays_in_the_form(engine, tmp_path):
    """The prompt was written by a node while it ran, the guidance is nowhere."""
    inputs = {"positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0], "steps": 9, "seed": 7}
    graph = {"1": {"class_type": "KSampler", "inputs": inputs}}
    graph |= {"2": {"class_type": "CLIPTextEncode", "inputs": {"text": ["5", 0]}}}
    graph |= {"3": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}}}
    graph |= {"5": {"class_type": "OllamaGenerate", "inputs": {"prompt": "write of a fox"}}}
    path = foreign_png(tmp_path / "x.png", "prompt", json.dumps(graph), (64, 96))
    found = restore(path, EXPERIMENTS, engine, Runs(tmp_path / "runs"))
    assert found.left == {"prompt", "scales", "scheduler"}
    assert found.settings == {
        "negative_prompt": "",
        "seed": 7,
        "num_inference_steps": 9,
        "width": 64,
        "height": 96,
    }
    assert "Its prompt was not found in the file: that field is left as it was." in found.remarks


@pytest.mark.parametrize(
    ("words", "size", "told"),
    [
        ("Size: 512x768", (64, 96), True),  # of more than four times the area
        ("Size: 96x128", (96, 128), False),
        ("Size: 96x128, Model: dreamer", (64, 64), True),
        ("Size: 64x96, Model: dreamer", (64, 96), False),
        ("Size: 96x128, Model: fake", (96, 128), False),
    ],
)
def test_a_size_for_another_model_is_brought_to_this_ones(words, size, told, engine, tmp_path):
    text = f"a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 7, {words}"
    found = restore(foreign_png(tmp_path / "x.png", "parameters", text), EXPERIMENTS, engine, Runs(tmp_path / "runs"))
    assert (int(found.settings["width"]), int(found.settings["height"])) == size
    assert any("which suits this model" in remark for remark in found.remarks) == told


def test_a_run_of_another_model_or_of_other_weights_says_so(engine, tmp_path):
    large = EXPERIMENTS["interpolation"](width=1024, height=768).resolved(engine.networks.defaults)
    for model, said, size in (
        ({"name": "sdxl", "signature": "0123abcd|x"}, "It was made with the model sdxl.", (64, 64)),
        ({"name": "fake", "signature": "0123abcd|x"}, "It was made with other weights of fake", (1024, 768)),
        ({"name": "fake", "signature": "fake|x"}, None, (1024, 768)),
        ({}, None, (1024, 768)),
    ):
        record = {"experiment": "interpolation", "settings": large.settings(), "model": model}
        (tmp_path / "run.json").write_text(json.dumps(record))
        found = restore(tmp_path / "run.json", EXPERIMENTS, engine, Runs(tmp_path / "runs"))
        assert (found.settings["width"], found.settings["height"]) == size
        assert [remark for remark in found.remarks if remark.startswith(said or "It was")] == list(found.remarks[:1])
        assert len(found.remarks) == (2 if size == (64, 64) else 1 if said else 0)


def test_a_run_that_is_shown_again_says_which_model_drew_it(engine, tmp_path):
    made = rendered("interpolation", engine, tmp_path, frames=2, width=256, height=256)
    tab = SimpleNamespace(engine=engine, experiment=EXPERIMENTS["interpolation"])

    def shown(model):
        run = SimpleNamespace(record=made.record, model=model, ready=made.ready, count=made.count)
        status, (settings, _) = _status(run, tab, False), _for_this_model(run, tab)
        return status.detail, list(status.notes), settings["width"]

    assert shown(made.record["model"]) == ("", [], 256)
    assert shown({}) == ("The run was made with another, and fake runs now", [], 256)
    other = "The run was made with fake (0123abcd), and fake (fake) runs now"
    assert shown({"name": "fake", "signature": "0123abcd"}) == (other, [], 256)
    detail, notes, width = shown({"name": "/models/sdxl", "signature": "0123abcd"})
    assert (detail, width) == ("The run was made with sdxl, and fake runs now", 64)
    assert notes[0].startswith("Its size, 256 x 256, became 64 x 64, which suits this model")


def test_what_the_browser_keeps_of_a_run_names_the_model_that_drew_it():
    large = EXPERIMENTS["interpolation"](width=1024, height=768).resolved(FakeNetworks.defaults)
    entry = kept(large, FakeNetworks(), MadeWith("sdxl"))
    assert entry["query"].endswith("width=1024&height=768&model=sdxl")
    assert kept(large, FakeNetworks())["query"].endswith("model=fake&weights=fake")


@pytest.fixture(scope="module")
def files(engine, tmp_path_factory):
    """One file of every kind, ours and another program's."""
    folder = tmp_path_factory.mktemp("files")
    run = rendered("interpolation", engine, folder, frames=2)
    (folder / "a1111.png").write_bytes(png(pnginfo=_words("parameters", A1111)))
    graph = {"1": {"class_type": "KSampler", "inputs": {"positive": ["2", 0], "latent_image": ["3", 0], "steps": 9}}}
    graph |= {"2": {"inputs": {"text": "a cat"}}, "3": {"inputs": {"width": 64, "height": 64}}}
    (folder / "comfy.png").write_bytes(png(pnginfo=_words("prompt", json.dumps(graph))))
    return [file_of(run, kind) for kind in KINDS] + [folder / "a1111.png", folder / "comfy.png"]


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Cut off, bytes changed, lengths made huge, a piece doubled or taken out."""
    changed, place = bytearray(content), chance.randrange(len(content))
    match chance.randrange(5):
        case 0:
            del changed[place:]
        case 1:
            for _ in range(chance.randint(1, 16)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        case 2:
            changed[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)])
        case 3:
            changed[place:place] = changed[max(0, place - 300) : place]
        case _:
            del changed[place : place + chance.randint(1, 300)]
    return bytes(changed)


@pytest.mark.parametrize("part", range(10))
def test_500_mutated_files_give_settings_or_a_sentence_and_touch_nothing_else(part, files, engine, tmp_path):
    chance, path = random.Random(part), tmp_path / "gift"
    runs = Runs(tmp_path / "runs")
    (tmp_path / "runs").mkdir()
    for number in range(50):
        path.write_bytes(mutated(files[number % len(files)].read_bytes(), chance))
        with suppress(NoSettings):
            read(path)
        with suppress(NoSettings):
            foreign.read(path)
        try:
            found = restore(path, EXPERIMENTS, engine, runs)
        except NoSettings as refusal:
            assert str(refusal).startswith("gift ")
        else:
            assert found.experiment.problems(found.settings) == {}
    assert {child.name for child in tmp_path.iterdir()} <= {"gift", "runs"}
    assert all(Run.open(child).ready for child in (tmp_path / "runs").iterdir() if child.name != ".swept")


def test_a_mutated_record_inside_a_sound_file_is_checked(engine, tmp_path, record):
    for broken in ({"frames": "x"}, {"prompts": {"a": 1}}, {"seed": None, "loop": []}, {"width": 1e308}):
        path = tmp_path / "a.png"
        path.write_bytes(png_with_record(png(), {**record, "settings": {**record["settings"], **broken}}))
        found = restore(path, EXPERIMENTS, engine, Runs(tmp_path))
        assert found.remarks
        assert found.experiment.problems(found.settings) == {}
