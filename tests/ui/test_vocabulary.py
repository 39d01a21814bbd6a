"""Taught words of visitors: nobody uses, lists or guesses another's; a digest opens nothing; a share can be revoked."""

from types import SimpleNamespace

import pytest
import torch
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.engine.concept_files import ConceptError, zipped
from explorer.engine.concepts import Concept
from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.experiments.inputs import InputError
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.tails import strangers
from explorer.outputs.taught_words import NoWord, TaughtWords
from explorer.ui.asked import Desk
from explorer.ui.rendering import prices
from explorer.ui.taught_words import taker
from explorer.ui.vocabulary import Vocabulary


def concept(number: float = 1.0, word: str = "<bolt>") -> Concept:
    return Concept(word, (torch.full((1, 4), number),), like="cat")


@pytest.fixture
def vocabulary(tmp_path):
    return Vocabulary(Engine(FakeNetworks()), TaughtWords(tmp_path / "words"))


def entry(vocabulary, session, strength=1):
    (said,) = vocabulary.told(session)
    return f"{said['word']}:{said['digest']}:{strength}"


def film(*concepts, **changes):
    usual = {"prompts": ("a <bolt> at the beach", "a cat"), "frames": 2, "concepts": concepts}
    return Interpolation(**{**usual, **changes}).resolved(FakeNetworks.defaults)


def test_a_word_is_kept_told_and_used(vocabulary):
    word = vocabulary.keep("mine", concept(), {"steps": 200}, step=200, face=b"jpeg")
    (said,) = vocabulary.told("mine")
    assert (said["word"], said["like"], said["key"], said["steps"]) == ("<bolt>", "cat", word.key, 200)
    assert said["digest"] == concept().digest.hex()
    (use,) = vocabulary.uses("mine", film(entry(vocabulary, "mine", 0.5)))
    assert (use.concept.digest, use.strength) == (concept().digest, 0.5)


def test_another_visitor_has_neither_the_word_nor_its_picture(vocabulary):
    vocabulary.keep("mine", concept(), {})
    stolen = entry(vocabulary, "mine")
    assert vocabulary.told("another") == vocabulary.told(None) == []
    desk = Desk(vocabulary.engine, vocabulary)
    mine = desk.asked("mine", film(stolen))
    for session in ("another", None):
        with pytest.raises(InputError, match="concepts = '<bolt>' is not allowed: a word that you have"):
            desk.asked(session, film(stolen))
    vocabulary.keep("another", concept(2.0), {})
    theirs = desk.asked("another", film(entry(vocabulary, "another")))
    keys = [vocabulary.engine.render(asked.plan).keys[0] for asked in (mine, theirs, desk.asked("third", film()))]
    assert len(set(keys)) == 3


def test_keys_of_a_browser_bring_its_words_back_and_nothing_else_does(vocabulary, tmp_path):
    word = vocabulary.keep("mine", concept(), {})
    later = Vocabulary(Engine(FakeNetworks()), TaughtWords(tmp_path / "words"))
    assert [said["word"] for said in later.enter("again", [word.key])] == ["<bolt>"]
    digest = concept().digest.hex()
    strange = [digest, digest[:22], "x" * 22, "../words", word.key[:-1], 7, None, ["a"], f"{word.key}/", "shares"]
    assert later.enter("thief", strange) == []
    for keys in (None, "x", {"a": 1}, 7, [word.key] * 1000):
        later.enter("thief", keys)
    assert later.enter("again", []) == []  # what a browser no longer has, its page has no longer


def test_a_word_is_deleted_in_place(vocabulary):
    word = vocabulary.keep("mine", concept(), {}, step=20)
    with pytest.raises(NoWord):
        vocabulary.own("another", word.key)
    vocabulary.delete("another", word.key)
    assert word.folder.is_dir()
    vocabulary.delete("mine", word.key)
    assert not word.folder.exists()
    assert vocabulary.told("mine") == []


def test_a_share_lends_a_word_until_it_is_revoked(vocabulary):
    word = vocabulary.keep("mine", concept(), {}, face=b"jpeg")
    share = vocabulary.words.share(vocabulary.own("mine", word.key).key)
    assert vocabulary.words.share(word.key) == share != word.key
    (said,) = vocabulary.enter("friend", [share])
    assert said["borrowed"] is True
    assert word.key not in str(said)
    assert vocabulary.uses("friend", film(entry(vocabulary, "friend")))
    for act in (vocabulary.own, lambda session, key: vocabulary.choose(session, key, 1)):
        with pytest.raises(NoWord):
            act("friend", share)
    vocabulary.delete("friend", share)
    assert word.folder.is_dir()
    vocabulary.enter("friend", [share])
    vocabulary.words.revoke(word.key)
    assert vocabulary.told("friend") == []
    assert vocabulary.enter("friend", [share]) == []
    with pytest.raises(InputError):
        vocabulary.uses("friend", film(entry(vocabulary, "mine")))


def test_teaching_the_same_word_again_takes_its_place(vocabulary):
    first = vocabulary.keep("mine", concept(1.0), {}, step=10)
    again = vocabulary.keep("mine", concept(2.0), {}, step=20)
    assert again.key == first.key
    assert again.steps == [10, 20]
    assert len(vocabulary.told("mine")) == 1
    vocabulary.choose("mine", again.key, 10)
    assert vocabulary.told("mine")[0]["digest"] == concept(1.0).digest.hex()
    with pytest.raises(NoWord):
        vocabulary.choose("mine", again.key, 15)


def test_words_are_bounded(tmp_path):
    vocabulary = Vocabulary(Engine(FakeNetworks()), TaughtWords(tmp_path), megabytes=1)
    large = Concept("<large>", (torch.zeros(200_000, 4),))
    with pytest.raises(ConceptError, match="Your words take up 1 MB"):
        vocabulary.keep("mine", large, {})
    vocabulary.keep("mine", concept(), {})
    old = TaughtWords(tmp_path, max_age=0.0)
    import os

    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    os.utime(folder, (0, 0))
    old.sweep()
    assert not folder.exists()


def test_files_are_served_to_whoever_has_the_key(vocabulary):
    word = vocabulary.keep("mine", concept(), {}, face=b"jpeg")
    share = vocabulary.words.share(word.key)
    client = TestClient(Starlette(routes=vocabulary.served()))
    answer = client.get(f"/word/{word.key}.zip")
    assert answer.content == word.zip
    assert answer.headers["content-disposition"] == 'attachment; filename="bolt.zip"'
    assert client.get(f"/word/{word.key}.jpg").content == client.get(f"/word/{share}.jpg").content == b"jpeg"
    for path in (f"/word/{share}.zip", f"/word/{'x' * 22}.zip", f"/word/{word.key}.json", "/word/..%2Fx.zip"):
        assert client.get(path).status_code == 404


def test_a_word_in_brackets_that_is_nobodys_is_said_and_read_as_text(vocabulary):
    whole = film(prompts=("a <bolt> and <nut>", "a < b > <x y>"))
    assert strangers(whole) == [
        "<bolt> is no word of yours, so it is read as plain text.",
        "<nut> is no word of yours, so it is read as plain text.",
    ]
    desk = Desk(vocabulary.engine, vocabulary)
    assert len(prices(desk.asked("mine", whole), vocabulary.engine).notes) == 2
    vocabulary.keep("mine", concept(), {})
    known = film(entry(vocabulary, "mine"))
    assert prices(desk.asked("mine", known), vocabulary.engine).notes == ()


def test_a_dropped_file_becomes_a_word_or_a_sentence(vocabulary, tmp_path):
    drawer, notice = object(), object()
    take = taker(vocabulary, drawer, notice)
    file = tmp_path / "bolt.zip"
    file.write_bytes(zipped(concept(), {}))
    taken = take("mine", file)
    assert taken[notice].text == "<bolt> is a word of yours now: type it in any prompt."
    assert [said["word"] for said in taken[drawer]["words"]] == ["<bolt>"]
    for name in ("x.safetensors", "x.pt"):
        (tmp_path / name).write_bytes(b"nonsense")
        assert take("mine", tmp_path / name)[notice].state == "error"
    for name in ("x.zip", "x.png", "run.json"):
        (tmp_path / name).write_bytes(b"nonsense")
        assert take("mine", tmp_path / name) is None


def test_what_a_word_is_comes_with_settings_only_if_a_prompt_says_it():
    text = f"<bolt>:{'0' * 32}:1"
    assert film(text).concepts == (text,)
    assert film(text, prompts=("a", "b")).concepts == ()
    assert film(f"<bolt>:{'1' * 32}:0.5", text).concepts == (text,)
    zeros = "0" * 32
    for bad in ("<bolt>", f"bolt:{zeros}:1", f"<bolt>:{zeros[1:]}:1", f"<bolt>:{zeros}:1.6", f"<bolt>:{zeros}:nan", 3):
        with pytest.raises(InputError, match="at most 32 words"):
            film(bad)


def test_who_leaves_the_page_is_forgotten(vocabulary):
    word = vocabulary.keep("mine", concept(), {})
    vocabulary.left(SimpleNamespace(session_hash="mine"))
    assert vocabulary.told("mine") == []
    assert vocabulary.enter("mine", [word.key])


def test_a_link_brings_a_word_along_only_if_its_owner_lends_it(vocabulary):
    word = vocabulary.keep("mine", concept(), {})
    desk, whole = Desk(vocabulary.engine, vocabulary), film(entry(vocabulary, "mine"))
    assert desk.lent("mine", whole) == ([], ["<bolt>"])
    share = vocabulary.words.share(word.key)
    assert desk.lent("mine", whole) == ([share], [])
    vocabulary.enter("friend", [share])
    assert desk.lent("friend", whole) == ([share], [])
    assert desk.lent("another", whole) == ([], [])
    assert desk.lent("mine", film(prompts=("a", "b"))) == ([], [])
