import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from tests.training import tiny_teacher
from training.machines import Machine
from training.teacher import Teacher, packaged, remembered

EXACT = Machine(torch.device("cpu"), None)
TEXTS = ["a dog", "cat", "", "a watercolor painting of a dog at the beach", "b" * 300, "cat", "two dogs"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_teacher.write(tmp_path_factory.mktemp("teacher") / "model")


@pytest.fixture(scope="module")
def teacher(folder):
    return Teacher(folder, EXACT)


def test_rows_have_length_one_and_the_encoders_width(teacher):
    rows = teacher.embed(TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), teacher.width) == (len(TEXTS), tiny_teacher.WIDTH)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert teacher.embed([]).shape == (0, teacher.width)


def test_equals_the_model_cards_own_code(teacher, folder):
    tokenizer, network = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    encoded = tokenizer(TEXTS, padding=True, truncation=True, max_length=48, return_tensors="pt")
    with torch.no_grad():
        states = network(**encoded)[0]
    mask = encoded["attention_mask"].unsqueeze(-1).expand(states.size()).float()
    means = torch.sum(states * mask, 1) / torch.clamp(mask.sum(1), min=1e-9)
    np.testing.assert_allclose(teacher.embed(TEXTS), torch.nn.functional.normalize(means, p=2, dim=1), atol=1e-5)


def test_what_stands_beside_a_text_does_not_matter(teacher):
    np.testing.assert_allclose(teacher.embed(TEXTS)[::-1], teacher.embed(TEXTS[::-1]), atol=1e-5)


def test_half_precision_is_nearly_the_same(teacher, folder):
    half = Teacher(folder, Machine(torch.device("cpu"), torch.bfloat16))
    assert (half.embed(TEXTS) * teacher.embed(TEXTS)).sum(1).min() > 0.99


def test_the_packaged_encoder_gives_the_numbers_that_its_authors_publish():
    """The example of huggingface.co/sentence-transformers/all-MiniLM-L6-v2, first numbers of the first sentence."""
    real = Teacher(machine=EXACT)
    row = real.embed(["This is an example sentence"])[0]
    np.testing.assert_allclose(row[:4], [0.0677, 0.0635, 0.0487, 0.0793], atol=1e-3)
    dog, hound, spoon = real.embed(["a dog", "a hound", "a spoon"])
    assert dog @ hound > dog @ spoon + 0.1


def test_a_missing_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr("training.teacher.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"training/requirements\.txt"):
        packaged()


class Counting:
    """A teacher that counts what it is asked, and is killed after so many calls."""

    width = 2

    def __init__(self, calls: int = 1000):
        self.asked, self.calls = [], calls

    def embed(self, texts):
        if not self.calls:
            raise KeyboardInterrupt
        self.calls -= 1
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], np.float32)


def test_vectors_are_remembered_and_made_again_for_other_texts(tmp_path):
    first = remembered(tmp_path, TEXTS, Counting(), shard=3)
    assert first.dtype == np.float16
    assert first[:, 0].tolist() == [len(text) for text in TEXTS]
    again = Counting()
    assert np.array_equal(remembered(tmp_path, TEXTS, again, shard=3), first)
    assert again.asked == []
    other = remembered(tmp_path, ["x", "yy"], again, shard=3)
    assert again.asked == ["x", "yy"]
    assert other[:, 0].tolist() == [1, 2]


def test_a_kill_costs_one_shard(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        remembered(tmp_path, TEXTS, Counting(calls=1), shard=3)
    assert not (tmp_path / "teacher.npy").exists()
    later = Counting()
    made = remembered(tmp_path, TEXTS, later, shard=3)
    assert later.asked == TEXTS[3:]
    assert np.array_equal(made, remembered(tmp_path / "at once", TEXTS, Counting(), shard=100))
    assert {file.name for file in tmp_path.iterdir()} == {"teacher.npy", "teacher.json", "at once"}
