import json

import numpy as np
import pytest

from training import drawings, subjects, texts, wordnet
from training.composites import composites
from training.recipe import POCKET, SMOKE
from training.texts import NEAR, SHARES, Text, corpus, familiarity, kinds_of, limited, load, spoken


@pytest.fixture(scope="module")
def words(work):
    return wordnet.read(work)


@pytest.fixture(scope="module")
def rows(work):
    return drawings.load(work)[1]


@pytest.fixture(scope="module")
def core(rows):
    return subjects.core(rows)


@pytest.fixture(scope="module")
def whole(words, rows, core):
    return corpus(words, core, spoken(rows, 300, np.random.default_rng(0)), POCKET)


def test_every_text_is_there_once_and_weights_are_shares_of_one(whole):
    names = [text.text for text in whole]
    assert names == sorted(set(names))
    assert sum(text.weight for text in whole) == pytest.approx(1)
    assert min(text.weight for text in whole) > 0
    assert sum(SHARES.values()) == pytest.approx(1)


def test_what_a_text_is_like_is_a_text_of_the_corpus_too(whole):
    found = {text.text: text for text in whole}
    assert found["a corgi"].like == "a dog"
    assert found["corgi"].like == "dog"
    assert found["a dog"].like is None
    assert all(text.like in found for text in whole if text.like)


def test_the_same_arguments_make_the_same_corpus(words, rows, core, whole):
    again = corpus(words, core, spoken(rows, 300, np.random.default_rng(0)), POCKET)
    assert again == whole
    assert corpus(words, core, ["a dog"], POCKET) != whole


def test_what_people_type_is_drawn_more_often(words, core):
    found = {text.text: text.weight for text in corpus(words, core, ["a dog", "a dog", "a cat"], POCKET)}
    assert found["dog"] > found["golden retriever"]
    assert found["house"] > found["nova"]
    assert found["a dog"] > found["a cat"]


def test_kinds_belong_to_the_nearest_subject(words):
    kinds = kinds_of(words, ["animal", "dog", "car"])
    assert kinds["corgi"] == "dog"
    assert kinds["cat"] == "animal"
    assert kinds["auto"] == "car"
    assert "dog" not in kinds


def test_what_wordnet_does_not_say_is_added_where_it_is_drawn(words):
    assert NEAR["kitten"] == "cat"
    assert kinds_of(words, ["cat"])["kitten"] == "cat"
    assert "spaceship" not in kinds_of(words, ["cat"])


def test_a_word_is_as_familiar_as_its_rarest_part(words):
    known = familiarity(words)
    assert known("dog") > known("corgi") >= 1
    assert known("dog corgi") == known("corgi")


def test_spoken_captions_say_what_the_composites_captions_say(work, rows):
    """Not the same ones, but subject by subject and word by word from the same lots."""
    pictured = [each.caption for each in composites(drawings.load(work), "mixed", 0, 150)]
    imagined = spoken(rows, 600, np.random.default_rng(0))
    known = {word for caption in imagined for word in caption.replace(",", "").split()}
    said = [word for caption in pictured for word in caption.replace(",", "").split()]
    assert np.mean([word in known for word in said]) > 0.97
    lengths = [np.mean([len(caption) for caption in each]) for each in (pictured, imagined[300:])]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.15)


def test_a_limit_keeps_the_heavy_texts_and_no_loose_ends():
    every = [Text(f"{n}", 1000.0 if n < 5 else 1.0, "3" if n > 50 else None) for n in range(100)]
    kept = limited(every, 10, np.random.default_rng(0))
    assert len(kept) == 10
    assert {text.text for text in kept} >= {"0", "1", "2", "3", "4"}
    assert limited(every, 100, np.random.default_rng(0)) == limited(every, None, np.random.default_rng(0)) == every
    alone = limited([text._replace(like="gone" if text.like else None) for text in every], 99, np.random.default_rng(0))
    assert {text.like for text in alone} == {None}


def test_a_work_folder_keeps_its_corpus(work, tmp_path, monkeypatch):
    for name in ("drawings.json", "drawings.npy", "sources"):
        (tmp_path / name).symlink_to(work / name)
    made = load(tmp_path, SMOKE)
    assert len(made) == SMOKE.texts
    assert len(json.loads((tmp_path / "texts.json").read_text())) == SMOKE.texts
    monkeypatch.setattr(texts, "corpus", None)
    assert load(tmp_path, SMOKE) == made
