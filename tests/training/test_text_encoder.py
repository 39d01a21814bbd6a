import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import CLIPTextModel, CLIPTokenizer

from tests.training import tiny_teacher
from training import text_encoder, tokenizer
from training.machines import Machine
from training.recipe import SMOKE, Pace
from training.student import LONGEST, Reader, fresh
from training.teacher import Teacher
from training.text_encoder import HELD_OUT, Lessons, Read, distance, targets
from training.texts import Text

CPU = Machine(torch.device("cpu"), None)
RECIPE = replace(SMOKE, text_encoder=Pace(steps=6, rows=16, peak=2e-3, warmup=2))


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """float32, whatever this machine measures."""
    monkeypatch.setattr("training.text_encoder.this_machine", lambda: CPU)
    monkeypatch.setattr("training.student.this_machine", lambda: CPU)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    return Teacher(tiny_teacher.write(tmp_path_factory.mktemp("teacher") / "model"), CPU)


@pytest.fixture(scope="module")
def ready(work, tmp_path_factory):
    """A work folder after the tokenizer."""
    folder = tmp_path_factory.mktemp("ready")
    for name in ("drawings.json", "drawings.npy", "sources"):
        (folder / name).symlink_to(work / name)
    tokenizer.run(folder, RECIPE)
    return folder


@pytest.fixture
def folder(ready, tmp_path):
    return shutil.copytree(ready, tmp_path / "work", symlinks=True)


def weights(folder):
    return dict(CLIPTextModel.from_pretrained(folder / "text_encoder").state_dict())


def test_a_kill_leaves_the_same_weights_and_a_second_run_nothing_to_do(folder, ready, teacher, tmp_path, monkeypatch):
    text_encoder.run(folder, RECIPE, teacher)
    once = weights(folder)
    killed = shutil.copytree(ready, tmp_path / "killed", symlinks=True)
    whole = text_encoder.train

    def until_the_kill(*arguments):
        whole(*arguments, stop_after=2)
        raise KeyboardInterrupt

    for _ in range(2):
        monkeypatch.setattr(text_encoder, "train", until_the_kill)
        with pytest.raises(KeyboardInterrupt):
            text_encoder.run(killed, RECIPE, teacher)
    monkeypatch.setattr(text_encoder, "train", whole)
    text_encoder.run(killed, RECIPE, teacher)
    again = weights(killed)
    assert all(torch.equal(again[name], once[name]) for name in once)
    files = ("text_projection.safetensors", "text_encoder.json")
    assert all((killed / name).read_bytes() == (folder / name).read_bytes() for name in files)
    monkeypatch.setattr(text_encoder, "train", None)
    text_encoder.run(folder, RECIPE, teacher)


def test_what_it_leaves_is_read_back(folder, teacher):
    text_encoder.run(folder, RECIPE, teacher)
    figures = json.loads((folder / "text_encoder.json").read_text())
    assert {"held_out_cosine", "held_out_retrieval", "kinds_first", "kinds_first_ten"} <= set(figures)
    assert figures["held_out"] == SMOKE.texts // 10
    reader = Reader.load(folder)
    points = reader.embed(["a dog", "a dog at the beach", "dog " * 100])
    assert points.shape == (3, tiny_teacher.WIDTH)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    assert reader.nearest(["cat", "dog"], ["dog", "cat", "car"], 1) == {"cat": ["cat"], "dog": ["dog"]}


def test_learning_brings_texts_to_their_places(folder, teacher):
    longer = replace(RECIPE, text_encoder=Pace(steps=150, rows=48, peak=3e-3, warmup=10))
    text_encoder.run(folder, longer, teacher)
    corpus = text_encoder.texts.load(folder, longer)
    wanted = targets(corpus, teacher.embed([text.text for text in corpus]))
    points = Reader.load(folder).embed([text.text for text in corpus])
    guesses = 1 / len(corpus)
    assert ((points @ wanted.T).argmax(1) == np.arange(len(corpus))).mean() > 8 * guesses
    assert (points * wanted).sum(1).mean() > 0.9


def test_a_checkpoint_of_another_tokenizer_is_refused(folder, teacher, monkeypatch):
    whole = text_encoder.train

    def until_the_kill(*arguments):
        whole(*arguments, stop_after=1)
        raise KeyboardInterrupt

    monkeypatch.setattr(text_encoder, "train", until_the_kill)
    with pytest.raises(KeyboardInterrupt):
        text_encoder.run(folder, RECIPE, teacher)
    monkeypatch.setattr(text_encoder, "train", whole)
    clip = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    monkeypatch.setattr(text_encoder, "CLIPTokenizer", Renumbering(clip))
    with pytest.raises(ValueError, match="another tokenizer"):
        text_encoder.run(folder, RECIPE, teacher)


class Renumbering:
    """Stands for a tokenizer of the same size that gives a word another number."""

    def __init__(self, clip):
        self.clip = clip

    def from_pretrained(self, folder):
        return self

    def __call__(self, texts, **options):
        return self.clip([text.replace("dog", "cat") for text in texts], **options)

    def __len__(self):
        return len(self.clip)

    def __getattr__(self, name):
        return getattr(self.clip, name)


def test_states_read_with_other_numbers_are_refused():
    tokens = np.arange(6).reshape(2, 3)
    Read.of(tokens).load_state_dict(Read.of(tokens.copy()).state_dict())
    with pytest.raises(ValueError, match="another tokenizer"):
        Read.of(tokens).load_state_dict(Read.of(tokens + 1).state_dict())


CORPUS = [
    Text(f"a {'very ' * (n % 7)}{word}", 1.0 + n % 11) for n, word in enumerate(["dog", "cat", "rose", "car"] * 7)
]


@pytest.fixture
def lessons(ready):
    clip = CLIPTokenizer.from_pretrained(ready / "tokenizer")
    return Lessons.of(CORPUS, clip, np.random.default_rng(0))


def test_held_out_texts_are_never_learnt_from(lessons):
    assert len(lessons.held_out) == len(CORPUS) // 10 < HELD_OUT
    rng = np.random.default_rng(1)
    drawn = {row for _ in range(300) for row in lessons.batch(8, rng)}
    assert drawn == set(lessons.order)
    assert not drawn & set(lessons.held_out)


def test_batches_are_of_one_length_and_follow_the_weights(lessons):
    rng = np.random.default_rng(2)
    counts = np.zeros(len(CORPUS))
    spans = []
    for _ in range(4000):
        counts[lessons.batch(1, rng)] += 1
        spans.append(np.ptp(lessons.lengths[lessons.batch(2, rng)]))
    wanted = np.array([CORPUS[row].weight for row in lessons.order])
    assert np.corrcoef(counts[lessons.order], wanted)[0, 1] > 0.95
    assert np.mean(spans) <= 1


def test_a_kind_belongs_halfway_to_the_thing():
    corpus = [Text("corgi", 1, "dog"), Text("dog", 1), Text("sun", 1)]
    vectors = np.eye(3, dtype=np.float16)
    np.testing.assert_allclose(targets(corpus, vectors), [[0.5**0.5, 0.5**0.5, 0], [0, 1, 0], [0, 0, 1]], atol=1e-6)


def test_the_distance_is_least_where_texts_belong():
    wanted, anchors = (torch.nn.functional.normalize(torch.randn(n, 8), dim=-1) for n in (12, 5))
    points = wanted.clone().requires_grad_()
    least = distance(points, wanted, anchors)
    least.backward()
    along = points.grad - (points.grad * wanted).sum(-1, keepdim=True) * wanted
    assert along.abs().max() < 1e-5
    assert distance(wanted.roll(1, 0), wanted, anchors) > least + 0.5


@pytest.fixture
def student(ready):
    clip = CLIPTokenizer.from_pretrained(ready / "tokenizer")
    rng = np.random.default_rng(0)
    words, vectors = (rng.standard_normal((n, 40)).astype(np.float32) for n in (len(clip), 100))
    return SimpleNamespace(network=fresh(SMOKE, clip, words, vectors).eval(), words=words, vectors=vectors)


def test_tokens_begin_in_the_axes_of_most_variance(student):
    centred = student.vectors - student.vectors.mean(0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][: SMOKE.text_width]
    wanted = (student.words - student.vectors.mean(0)) @ axes.T
    made = student.network.network.get_input_embeddings().weight.detach().numpy()
    assert made.std() == pytest.approx(0.1, rel=1e-3)
    for column in range(SMOKE.text_width):  # axes have no sign
        assert abs(np.corrcoef(made[:, column], wanted[:, column])[0, 1]) > 0.999


def test_a_point_does_not_depend_on_what_fills_the_77(student):
    tokens = np.full((2, LONGEST), 1)
    tokens[:, :4] = [[0, 20, 30, 40], [0, 25, 35, 45]]
    lengths = np.array([5, 5])
    with torch.no_grad():
        points, after = student.network(tokens, lengths, CPU)
        drawn, elsewhere = student.network(tokens, lengths, CPU, np.random.default_rng(0))
    torch.testing.assert_close(points, drawn)
    assert not torch.equal(after, elsewhere)
    torch.testing.assert_close(after.norm(dim=-1), torch.ones(2))
