"""A kind of input that is declared here alone: from a page, a link, a command line and a record, and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from gradio_client import handle_file
from gradio_client.exceptions import ValidationError
from PIL import Image

from explorer import command_line
from explorer.command_line import main
from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError, Integer, Parts, Picture, Prompt
from explorer.experiments.links import checked, query, read
from explorer.experiments.pictures import ancestry, canonical, fitted, opened, with_ancestry
from explorer.outputs.export import export
from explorer.outputs.runs import Run, Runs
from explorer.outputs.settings import read as settings_in
from explorer.space.noise import Noise
from explorer.space.plans import Place, Plan
from explorer.space.points import Point
from explorer.ui.page import build_page
from explorer.ui.restoring import NO_PICTURE, restore
from explorer.ui.uses import Chosen
from tests.clients import connected
from tests.experiments.test_pictures import file_of
from tests.ui.test_page import SHARED


@dataclass(frozen=True)
class Painted:
    """A picture, and white where it is to be drawn anew."""

    picture: str = Picture("What is painted on.").field("boat")
    mask: str = Picture("White where it is drawn anew.", label="Mask").field("planet")
    feather: int = Integer("How soft the edge is, in pixels.", low=0, high=32).field(4)


USUAL = Painted()


@dataclass(frozen=True)
class PaintedPicture(Parts):
    """The two, of one size."""

    of: type = Painted

    def check(self, name, value):
        painted = super().check(name, value)
        if (size := opened(painted.mask).size) != opened(painted.picture).size:
            raise InputError(name, size, "a mask of the size of its picture")
        return painted


@dataclass(frozen=True, kw_only=True)
class Inpainting(Experiment):
    """Draws a part of a picture anew."""

    painted: Painted = PaintedPicture("A picture and its mask.").field(USUAL)  # noqa: RUF009
    prompt: str = Prompt("What to draw there.").field("a boat")

    def plan(self, studio) -> Plan:
        text, none = studio.encode(self.prompt), studio.encode_negative("")
        size = self.sampling.width, self.sampling.height
        start = studio.encode_picture(fitted(self.painted.picture, *size, "crop"))
        noise = Noise.of(self.seed)

        def at(strength: float) -> Point:
            latents = noise.latents(studio.latents_shape(self.sampling))
            return Point(text, none, latents, noise, self.guidance_scale, start, strength)

        return Plan((Place((0.5,), f"feather {self.painted.feather}"), Place((1.0,), "all")), at, self.sampling)


HERE = {"inpainting": Inpainting}
DEFAULTS = FakeNetworks.defaults
MASK, MINE = (canonical(Image.new("RGB", (64, 48), colour)) for colour in ("white", "navy"))


def test_values_are_checked_part_by_part_and_the_error_names_the_part():
    made = Inpainting(painted={"picture": MINE, "mask": MASK})
    assert made.painted == Painted(MINE, MASK, 4)
    assert Inpainting(**json.loads(json.dumps(made.settings()))) == made
    for wrong, said in (
        ({"feather": 99}, r"painted = 99 is not allowed: feather: a whole number from 0 to 32"),
        ({"mask": MASK}, r"painted = \(64, 48\) is not allowed: a mask of the size of its picture"),
        ({"brush": 3}, r"is not allowed: picture: a PNG"),
        ("boat", r"painted = 'boat' is not allowed"),
    ):
        with pytest.raises(InputError, match=said):
            Inpainting(painted=wrong)


def test_a_link_takes_the_parts_that_are_short_and_says_what_it_leaves_out():
    sent = Inpainting(painted={"picture": "hills", "feather": 9}).resolved(DEFAULTS)
    text, left_out = query(sent, DEFAULTS)
    assert "painted=picture%3Ahills&painted=mask%3Aplanet&painted=feather%3A9" in text
    assert Inpainting(**read(text, HERE).settings).resolved(DEFAULTS) == sent
    assert left_out == []
    assert query(Inpainting(painted={"picture": MINE, "mask": MASK}), DEFAULTS)[1] == ["Painted"]
    link = read("tab=inpainting&painted=feather:99&painted=mask:/etc/passwd", HERE)
    assert link.settings == {}
    assert "feather: a whole number from 0 to 32. It is left as it was." in link.remarks[0]


def test_the_command_line_has_a_flag_for_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command_line, "registry", lambda: HERE)
    monkeypatch.setattr(command_line, "load", lambda **_: Engine(FakeNetworks(), FrameStore()))
    Image.new("RGB", (512, 512), "white").save(tmp_path / "mask.png")
    given = ["picture:hills", f"mask:{tmp_path / 'mask.png'}", "feather:7"]
    assert main(["inpainting", "--painted", *given, "--out", str(tmp_path / "out.zip")]) == 0
    painted = Inpainting(**settings_in(tmp_path / "out.zip")["settings"]).painted
    assert (painted.picture, painted.feather) == (canonical("hills"), 7)
    assert opened(painted.mask).getpixel((0, 0)) == (255, 255, 255)
    assert main(["inpainting", "--painted", "brush:3", "--out", str(tmp_path / "out.zip")]) == 2
    assert "painted = {'brush': ['3']} is not allowed: picture: a PNG" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["inpainting", "--help"])
    assert "--painted [PART:VALUE ...]" in capsys.readouterr().out


@pytest.fixture
def site(tmp_path):
    page = build_page(Engine(FakeNetworks(), FrameStore()), Runs(tmp_path / "runs"), HERE)
    page.queue(api_open=False)
    _, url, _ = page.launch(prevent_thread_lock=True, quiet=True)
    yield connected(url)
    page.close(verbose=False)


def test_the_page_draws_it_and_the_record_holds_it(site, tmp_path):
    for name, picture in (("mine", MINE), ("mask", MASK)):
        opened(picture).save(tmp_path / f"{name}.png")
    files = [handle_file(tmp_path / f"{name}.png") for name in ("mine", "mask")]
    film, status, *_ = site.predict(*SHARED.values(), *files, 9, "a cat", api_name="/inpainting")
    assert status["state"] == "done"
    run = Run.open(Path(film["manifest"]["path"]).parent)
    made = Inpainting(**run.record["settings"])
    assert (made.painted, made.prompt) == (Painted(MINE, MASK, 9), "a cat")
    with pytest.raises(ValidationError, match="feather: a whole number from 0 to 32"):
        site.predict(*SHARED.values(), *files, 99, "a cat", api_name="/inpainting")
    engine = Engine(FakeNetworks(), FrameStore())
    back = restore(export(run, "zip"), HERE, engine, Runs(tmp_path / "again"))
    assert Inpainting(**back.settings) == made
    assert back.run.ready == [0, 1]
    alone = restore(run.pictures[0], HERE, engine, Runs(tmp_path / "again"))
    assert alone.remarks == (NO_PICTURE,)
    assert "painted" not in alone.settings


def test_a_frame_of_it_keeps_in_words_where_its_picture_came_from():
    start = with_ancestry(MINE, ["a planet"])
    settings = {"painted": {"picture": start, "mask": MASK}, "prompt": "a cat"}
    chosen = Chosen(file_of(Image.new("RGB", (8, 8))), "all", Inpainting, settings)
    assert ancestry(chosen.picture) == ["a planet", "Inpainting: all, “a cat”"]
    assert checked(Inpainting, settings).settings["painted"].picture == start
