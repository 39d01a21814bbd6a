import pytest
from transformers import CLIPTokenizer

from training import tokenizer
from training.recipe import SMOKE
from training.texts import Text

CORPUS = [
    *(Text(f"a watercolor painting of a {name} at the beach", 0.02) for name in ("dog", "cat", "golden retriever")),
    Text("corgi", 0.3, "dog"),
    Text("corkscrew", 0.001),
    Text("gigantic orchestra", 0.001),
    Text("naïve café, 3d", 0.001),
]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    return tokenizer.learn(CORPUS, 700, tmp_path_factory.mktemp("learnt"))


@pytest.fixture
def folder(work, tmp_path):
    for name in ("drawings.json", "drawings.npy", "sources"):
        (tmp_path / name).symlink_to(work / name)
    return tmp_path


def test_words_that_are_drawn_often_are_one_token(learnt):
    assert learnt.tokenize("a Corgi") == ["a</w>", "corgi</w>"]
    assert len(learnt.tokenize("corkscrew")) > 1


def test_a_text_begins_ends_and_is_filled_up_as_clips(learnt):
    ids = learnt("a corgi", padding="max_length", truncation=True)["input_ids"]
    assert len(ids) == learnt.model_max_length == 77
    assert ids[0] == learnt.bos_token_id
    assert set(ids[3:]) == {learnt.eos_token_id} == {learnt.pad_token_id}
    assert len(learnt("dog " * 200, truncation=True)["input_ids"]) == 77


@pytest.mark.parametrize("text", ["naïve café, 3d", "日本 \t 🐶 <dog>!", "it's 2 o'clock", ""])
def test_any_text_can_be_written_and_read_back(learnt, text):
    back = learnt.decode(learnt(text)["input_ids"], skip_special_tokens=True)
    assert back.replace(" ", "") == "".join(text.split())


def test_the_same_corpus_makes_the_same_tokenizer(learnt, tmp_path):
    assert tokenizer.learn(CORPUS, 700, tmp_path).get_vocab() == learnt.get_vocab()
    assert len(learnt) <= 700


def test_the_stage_leaves_what_clips_tokenizer_loads(folder):
    tokenizer.run(folder, SMOKE)
    loaded = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    assert 600 < len(loaded) <= SMOKE.vocabulary
    assert loaded.model_max_length == 77
    before = sorted((file.name, file.stat().st_mtime_ns) for file in (folder / "tokenizer").iterdir())
    tokenizer.run(folder, SMOKE)
    assert sorted((file.name, file.stat().st_mtime_ns) for file in (folder / "tokenizer").iterdir()) == before
