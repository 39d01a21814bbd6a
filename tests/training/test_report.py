"""The report on a work folder in miniature, with stand-ins for the judge and the clock."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd
from tests.training.figures_of import figures_of
from training import card, exam, latents, painting, report, sheet
from training.claims import Claim
from training.exam import Answers, Composites
from training.pictures import Said
from training.questions import Question, attribute, naming
from training.recipe import SMOKE

CORE = ["cat", "dog", "fish"]


class Perfect:
    """Stands in for the judge: a picture's first value is the number of the text that it shows."""

    def __init__(self, texts):
        self.texts = texts

    def see(self, pictures):
        return np.eye(len(self.texts))[np.minimum(pictures[:, 0, 0, 0], len(self.texts) - 1)]

    def read(self, texts):
        return np.eye(len(self.texts))[[self.texts.index(text) for text in texts]]


class Blind:
    """Stands in for the judge: sees colours only."""

    name = "blind"

    def see(self, pictures):
        return np.ones((len(pictures), 4), np.float32) / 2

    def read(self, texts):
        return np.array([np.random.default_rng(list(text.encode())).standard_normal(4) for text in texts])


def test_the_ceiling_asks_real_pictures_what_they_show():
    said = [
        Said("a cat", "cat", None, None, None),
        Said("a kettle", "kettle", None, None, None),
        Said("a dog at the beach", "dog", "beach", None, None),
        Said("a watercolor of a dog at the beach", "dog", "beach", "watercolor", None),
    ]
    texts = [Claim("cat").words(), *attribute(Claim("dog", scene="beach"), "scene").choices, "a dog", "a fish"]
    texts += attribute(Claim("dog", style="watercolor"), "style").choices
    shown = [texts.index(text) for text in ("a cat", "a cat", "a dog at the beach", "a watercolor painting of a dog")]
    seen = np.array(shown, np.uint8)[:, None, None, None] * np.ones((1, 4, 4, 3), np.uint8)
    both = {"plain": Composites(seen, said), "mixed": Composites(seen, said)}
    found = exam.real(Perfect(texts), CORE, both, blur=False)
    assert [question.prompt for question in found["subject"].questions] == ["a cat", "a dog", "a dog"]
    assert found["subject"].ranks.tolist()[0] == 1
    assert found["scene"].ranks.tolist() == [1]  # a scene in a style is not what the prompts ask for
    assert found["style"].ranks.tolist() == [1]
    assert "color" not in found


def test_shares_tell_the_judges_own_beside_the_models():
    asked = naming(CORE)
    told = exam.shares({"subject": Answers(asked, np.array([1, 2, 3]))}, {"subject": Answers(asked, np.ones(3))}, {})
    assert set(told) == {"subject, first 1", "subject, first 5"}
    assert told["subject, first 1"]["share"] == pytest.approx(1 / 3, abs=1e-4)
    assert told["subject, first 1"]["ceiling"]["share"] == 1
    assert "blurred" not in told["subject, first 1"]


def test_words_have_the_sentence_encoder_for_a_ceiling():
    asked = {"subject": naming(CORE), "unseen": [Question("a corgi", ("a cat", "a dog"), (1,))]}
    assert list(exam.read(Blind(), asked)) == ["unseen"]


def test_the_sheet_has_every_picture(tmp_path):
    pictures = np.random.default_rng(0).integers(0, 255, (4, 32, 32, 3), dtype=np.uint8)
    sheet.write(tmp_path / "sheet.png", "a model", pictures, ["a cat", "a dog", "a cow", "an owl"])
    with Image.open(tmp_path / "sheet.png") as opened:
        assert opened.size[0] > 600
        assert "an owl" in str(opened.info)


@pytest.fixture
def folder(work, tmp_path, monkeypatch):
    """A work folder with drawings, captions and a model."""
    shutil.copytree(work, tmp_path, dirs_exist_ok=True)
    (tmp_path / "latents").mkdir()
    for name in latents.unet_kinds(SMOKE):
        np.save(tmp_path / "latents" / f"{name}-0000.npy", np.zeros((1, 8, 16, 16), np.float16))
        (tmp_path / "latents" / f"{name}-0000.json").write_text(json.dumps([Said("a cat", "cat", None, None, None)]))
    assert latents.load(tmp_path, SMOKE, "plain")[1]
    with quiet():
        tiny_sd().save_pretrained(tmp_path / "pocket")
    monkeypatch.setattr(report.Likeness, "load", lambda _: Blind())
    monkeypatch.setattr(report.timing, "seconds", lambda *_: figures_of()["seconds"])
    monkeypatch.setattr(painting, "STEPS", 1)
    monkeypatch.setattr(painting, "BATCH", 4)
    return tmp_path


def test_a_report_leaves_figures_tables_a_sheet_and_a_card(folder, monkeypatch):
    report.run(folder, SMOKE)
    found = json.loads((folder / "report.json").read_text())
    assert found["extent"].startswith("smoke")
    assert found["core"] > 5
    assert found["judge"] == "blind"
    assert 0 <= found["shares"]["subject, first 5"]["share"] <= 1
    assert found["size"]["largest"].endswith(".safetensors")
    assert "smoke" in (folder / "report.md").read_text()
    assert (folder / "sheet.png").stat().st_size > 1000
    assert "## What it can and cannot draw" in (folder / "pocket" / "README.md").read_text()
    *past, last = json.loads((folder / "pocket" / "history.json").read_text())
    assert past == json.loads((card.BUNDLED / "history.json").read_text())
    assert last["digest"] == found["digest"]
    monkeypatch.setattr(painting.Painter, "_run", None)
    report.run(folder, SMOKE)
    assert json.loads((folder / "report.json").read_text())["shares"] == found["shares"]


def test_another_model_is_measured_without_touching_it(folder):
    other = shutil.copytree(folder / "pocket", folder / "other")
    before = sorted(other.rglob("*"))
    report.run(folder, SMOKE, model=other)
    assert sorted(other.rglob("*")) == before
    assert not (folder / "report.json").exists()
    assert [found["model"] for found in report.everything(folder)] == ["other"]
