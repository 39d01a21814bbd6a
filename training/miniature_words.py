"""A dictionary of some sixty meanings in the files and the format of WordNet's `dict` folder, wndb(5WN)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

LICENCE = "".join(
    f"  {line} {words}  \n" for line, words in enumerate(("This file stands for WordNet's", "in tests."), 1)
)
NOUNS = """
entity: what is
 thing, physical object: an entity that can be seen
  animal, creature: a living being that moves by itself
   dog, domestic dog: an animal that barks and is kept as a pet
    puppy: a young dog
    corgi, welsh corgi: a dog with short legs
    hunting dog: a dog that helps a hunter
     retriever: a dog that fetches
      golden retriever: a retriever with a golden coat
   cat, true cat: an animal that purrs and catches mice
    kitten: a young cat
    domestic cat, house cat: a cat that lives with people
     siamese cat: a slender cat with blue eyes
     tabby: a cat with stripes
   cow: an animal that gives milk
    heifer: a young cow
   fish: an animal that lives in water and has fins
    trout: a fish of cold streams
    goldfish: a small golden fish
   horse: an animal that is ridden
    pony: a small horse
  plant, flora: a living being that does not move
   tree: a tall plant with a trunk
    oak, oak tree: a tree that bears acorns
    willow: a tree with hanging branches
   rose, rosebush: a plant with thorns and fragrant flowers
    tea rose: a rose that smells of tea
   cactus: a plant of dry places with spines
    saguaro: a very tall cactus
  food, nutrient: what is eaten
   fruit: food that grows on plants
    apple: a round fruit, red or green
     crab apple: a small sour apple
     cooking apple: an apple for pies
    banana: a long yellow fruit
     plantain: a banana for cooking
   pizza, pizza pie: food of dough with tomato and cheese on it
    sausage pizza: a pizza with sausage
    pepperoni pizza: a pizza with pepperoni
  building, edifice: a thing with walls and a roof
   house: a building that a family lives in
    cottage: a small house
    villa: a large house in the country
   skyscraper: a very tall building
   windmill: a building whose sails turn in the wind
  vehicle: a thing that carries people or goods
   car, auto, automobile: a vehicle with four wheels and an engine
    cab, hack: a car whose driver is paid
    convertible: a car with a top that folds down
    limousine: a long and costly car
   boat: a small vehicle for travel on water
    canoe: a narrow boat that is paddled
    gondola: a long boat of Venice
   rocket: a vehicle that flies into space
  star: a bright body of the night sky
   sun: the star that the earth goes around
   nova: a star that suddenly shines bright
  key: a thing that opens a lock
   passkey: a key that opens many locks
 colour, color: how light looks
  red: the colour of blood
  blue: the colour of the sky
"""
"""Each meaning's words and gloss; what stands deeper below it is a kind of it."""
OTHERS = {
    "verb": ("sleep: rest with the eyes closed", "run, go: move fast on foot", "paint: make a picture with colours"),
    "adj": ("delicious: very good to eat", "tall: of great height", "green: of the colour of grass"),
    "adv": ("slowly: at a low speed", "outdoors: in the open air"),
}
OFTEN = {"dog": 40, "cat": 18, "house": 90, "tree": 30, "car": 70, "run": 50, "paint": 9}
"""How often a word was met in tagged texts; the others, not at all."""
NUMBERS = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}


class Meaning(NamedTuple):
    """One synset: its words, its gloss, and the places in the list of the one above and of those right below."""

    words: tuple[str, ...]
    gloss: str
    above: int | None = None
    below: tuple[int, ...] = ()


def write_dictionary(folder: Path) -> None:
    """Writes `data.*`, `index.noun` and `index.sense`."""
    folder.mkdir(parents=True, exist_ok=True)
    meanings = {"noun": nouns(), **{part: [meaning(line) for line in lines] for part, lines in OTHERS.items()}}
    senses: list[str] = []
    for part, found in meanings.items():
        offsets = places(found, part[0])
        text = LICENCE + "".join(data_line(found, number, offsets, part[0]) for number in range(len(found)))
        (folder / f"data.{part}").write_text(text, encoding="latin-1")
        named = {word: offset for each, offset in zip(found, offsets, strict=True) for word in each.words}
        if part == "noun":
            lines = [f"{written(word)} n 1 1 @ 1 0 {offset:08d}  \n" for word, offset in sorted(named.items())]
            (folder / "index.noun").write_text(LICENCE + "".join(lines), encoding="latin-1")
        senses += [
            f"{written(word)}%{NUMBERS[part]}:05:00:: {offset:08d} 1 {OFTEN.get(word, 0)}\n"
            for word, offset in named.items()
        ]
    (folder / "index.sense").write_text("".join(sorted(senses)), encoding="latin-1")


def meaning(line: str, above: int | None = None, below: tuple[int, ...] = ()) -> Meaning:
    """A line of `NOUNS` or `OTHERS`."""
    words, _, gloss = line.strip().partition(": ")
    return Meaning(tuple(words.split(", ")), gloss, above, below)


def nouns() -> list[Meaning]:
    """The meanings of `NOUNS` with what is above and below each."""
    lines = NOUNS.strip("\n").split("\n")
    depths = [len(line) - len(line.lstrip()) for line in lines]
    above = [max((n for n in range(row) if depths[n] == depth - 1), default=None) for row, depth in enumerate(depths)]
    return [
        meaning(line, above[row], tuple(n for n, over in enumerate(above) if over == row))
        for row, line in enumerate(lines)
    ]


def places(found: list[Meaning], part: str) -> list[int]:
    """The byte offset of each meaning's line; all offsets are eight digits, so any will do to measure the lines."""
    lengths = [len(data_line(found, number, [0] * len(found), part)) for number in range(len(found))]
    return [len(LICENCE) + sum(lengths[:number]) for number in range(len(found))]


def data_line(found: list[Meaning], number: int, offsets: list[int], part: str) -> str:
    """A synset's line, with its pointers up ("@") and down ("~")."""
    words, gloss, above, below = found[number]
    pointers = [("@", above)] if above is not None else []
    pointers += [("~", kind) for kind in below]
    fields = [f"{offsets[number]:08d} 05 {part} {len(words):02x}"]
    fields += [f"{written(word)} 0" for word in words]
    fields += [f"{len(pointers):03d}", *(f"{symbol} {offsets[place]:08d} n 0000" for symbol, place in pointers)]
    return " ".join(fields) + f' | {gloss}; "such as this {words[0]}"  \n'


def written(word: str) -> str:
    """A word as WordNet writes it."""
    return word.replace(" ", "_")
