import pytest

from training.miniature_words import LICENCE
from training.wordnet import WHERE, read


@pytest.fixture(scope="module")
def words(work):
    return read(work)


def test_words_and_glosses_are_read_without_examples(words):
    assert set(words.synsets) == {"noun", "verb", "adj", "adv"}
    assert "golden retriever" in words.words("noun")
    assert words.words("adv") == ["slowly", "outdoors"]
    glosses = dict(words.glosses())
    assert glosses["corgi"] == "a dog with short legs"
    assert glosses["slowly"] == "at a low speed"
    assert not any("such as" in gloss for gloss in glosses.values())


def test_kinds_know_their_level(words):
    kinds = words.kinds("dog")
    assert kinds["domestic dog"] == 0
    assert kinds["corgi"] == kinds["hunting dog"] == 1
    assert kinds["retriever"] == 2
    assert kinds["golden retriever"] == 3
    assert "dog" not in kinds
    assert list(kinds.values()) == sorted(kinds.values())


def test_hyponyms_are_what_is_below(words):
    assert words.hyponyms("apple") == ["crab apple", "cooking apple"]
    assert words.hyponyms("dog", depth=1) == ["puppy", "corgi", "welsh corgi", "hunting dog"]
    assert "corgi" in words.hyponyms("animal")
    assert words.hyponyms("corgi") == words.hyponyms("no such word") == words.hyponyms("run") == []


def test_counts_are_those_of_tagged_texts(words):
    assert words.counts["dog"] == 40
    assert words.counts["corgi"] == 0
    assert words.others == {"run", "paint"}


NOUNS = {
    "empire": (10, "the domain of an emperor", ()),
    "apple": (20, "a fruit", ("~ 00000030", "~i 00000040", "@ 00000090")),
    "pippin": (30, "an eating apple", ()),
    "Delicious empire pome_fruit": (40, "a red apple", ("~ 00000020",)),
}


@pytest.fixture
def ambiguous(tmp_path):
    """A dictionary in which "empire" is first a domain, then an apple, "delicious" rather an adjective."""
    folder = tmp_path / WHERE
    folder.mkdir(parents=True)
    lines = [
        f"{offset:08d} 05 n {len(names.split()):02x} {' '.join(f'{name} 0' for name in names.split())} "
        f'{len(pointers):03d} {" ".join(f"{pointer} n 0000" for pointer in pointers)} | {gloss}; "so to speak"  \n'
        for names, (offset, gloss, pointers) in NOUNS.items()
    ]
    (folder / "data.noun").write_text(LICENCE + "".join(lines))
    (folder / "data.adj").write_text(LICENCE + "00000050 00 s 02 delicious 0 galore(ip) 0 000 | good to eat  \n")
    for part in ("verb", "adv"):
        (folder / f"data.{part}").write_text(LICENCE)
    (folder / "index.noun").write_text(
        LICENCE
        + "apple n 1 2 @ ~ 1 0 00000020  \ndelicious n 1 0 1 0 00000040  \nempire n 2 1 @ 2 1 00000010 00000040  \n"
        + "pippin n 1 0 1 0 00000030  \npome_fruit n 1 0 1 0 00000040  \n"
    )
    (folder / "index.sense").write_text(
        "delicious%1:13:00:: 00000040 1 0\ndelicious%3:00:00:: 00000050 1 3\nempire%1:15:00:: 00000010 1 5\n"
    )
    return read(tmp_path)


def test_only_words_that_mean_it_first_of_all_are_kinds(ambiguous):
    assert ambiguous.hyponyms("apple") == ["pippin", "pome fruit"]


def test_marks_of_an_adjectives_place_are_no_part_of_it(ambiguous):
    assert ambiguous.words("adj") == ["delicious", "galore"]


def test_missing_sources_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"data\.noun"):
        read(tmp_path)
