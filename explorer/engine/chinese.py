"""A prompt in Chinese as the names that stand in it, and those as one English phrase. Pure; `words` has the names.

It reads from the left, at each place the longest name. Measure words, particles and "a picture of" say nothing about
what is drawn. A name of one character counts only where it is a word of its own: 猫 in 胖猫, but not 心 in 开心. A
colour before a name counts for itself, 红 in 红苹果, unless the two name another thing, 黑猫, or are one word, 绿茶.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

CHINESE = re.compile(r"[\u3400-\u9fff]")
TAUGHT = re.compile(r"<[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?>")
"""A word that was taught to the model here: known, whatever it means."""
_LETTERS = r"[^\W_\u3400-\u9fff]+"
TOKEN = re.compile(rf"{TAUGHT.pattern}|{_LETTERS}(?:['’-]+{_LETTERS})*")
"""A word of English."""

SKIPPED = re.compile(
    r"[\s，。、,.;；：:!！?？“”\"'()（）]+"
    r"|[请請]?[画畫](?=[一这那這])|[请請][画畫]"
    r"|[一这那這][个個只隻幅张張艘棵朵条條匹头頭辆輛架座间間栋棟片颗顆位名块塊杯碗把顶頂根支台串份盘盤瓶本件双雙种種所枚]"
    r"|的?背景[上前中]?|的?(?:风格|風格|画风|畫風|样子|樣子)的?"
    r"|的(?:图片|圖片|照片|插画|插畫|画|畫|图|圖)(?=$|[，。\s])"
    r"|位于|位於|以及|正在|[的在和与與跟及是有之]"
)
AFTER = re.compile(r"[上里裡裏中下内內前旁边邊面]+")
"""What may follow a place or a thing, and says no more than it does."""
DOING = re.compile(r"[坐骑騎戴穿拿吃喝跑飞飛看站睡玩抱躺趴][着著了过過]?")
"""What is not drawn, and told, but is known for a word: names end before it and begin after it."""
DOERS = ("animals", "creatures")


class Name(NamedTuple):
    """What a name means: its entry in `words.json`, and of which kind that is there, or "taught"."""

    kind: str
    entry: Mapping[str, Any]


class Known(NamedTuple):
    """A name found in a text, from `start` to `end`."""

    name: Name
    start: int
    end: int


@dataclass
class Found:
    """What there is in a text, in order: names, and runs of characters that are none, with where they begin."""

    known: list[Known] = field(default_factory=list)
    unknown: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads by Chinese and English names in small letters; `function` are English words that say nothing."""

    chinese: Mapping[str, Name]
    english: Mapping[str, Name]
    function: frozenset[str]
    longest: int
    """Characters of the longest Chinese name."""

    def found(self, text: str) -> Found:
        """The names in a text, and the rest."""
        found, low, i, begun = Found(), _lower(text), 0, 0
        while i < len(text):
            last = found.known[-1] if found.known and found.known[-1].end == i else None
            end, name = self._one(low, i, low[max(begun, i - 2) : i], last)
            if end == i:
                i += 1
                continue
            if begun < i:
                found.unknown.append((text[begun:i], begun))
            if name is not None:
                found.known.append(Known(name, i, end))
            i = begun = end
        if begun < i:
            found.unknown.append((text[begun:], begun))
        return found

    def _one(self, low: str, i: int, unknown: str, last: Known | None) -> tuple[int, Name | None]:
        """Where what stands at `i` ends, and what it is: a name, or nothing that says anything; `i` if neither.

        `unknown` are the last two characters before it, as far as they are of no name.
        """
        for length in range(min(self.longest, len(low) - i), 0, -1):
            name = self.chinese.get(low[i : i + length])
            if name and (length > 1 or self._alone(low, i, name, unknown)):
                colour = self._colour(low[i : i + length], name)
                return (i + len(colour), self.chinese[colour]) if colour else (i + length, name)
        if tail := last and AFTER.match(low, i):
            return tail.end(), None
        if skipped := SKIPPED.match(low, i):
            return skipped.end(), None
        return self._latin(low, i)

    def _colour(self, said: str, name: Name) -> str:
        """The colour that a thing's name begins with, where the rest, too, is its name; "" for none."""
        for length in range(len(said) - 2, 0, -1):  # a rest of one character is one word with its colour: 绿茶
            before, thing = self.chinese.get(said[:length]), self.chinese.get(said[length:])
            if before and before.kind == "colours" and thing == name:
                return said[:length]
        return ""

    def _alone(self, low: str, i: int, name: Name, unknown: str) -> bool:
        """Whether a single character is a word of its own there."""
        group = name.entry["group"] if name.kind == "subjects" else "places"
        if group in ("objects", "places", "buildings") and unknown and not _ends_doing(unknown):
            return False
        rest = low[i + 1 :]
        if not CHINESE.match(rest) or SKIPPED.match(rest) or AFTER.match(rest):
            return True
        if group in DOERS and DOING.match(rest):  # 狗骑车, but not 车站
            return True
        return any(rest[:length] in self.chinese for length in range(1, self.longest + 1))

    def _latin(self, low: str, i: int) -> tuple[int, Name | None]:
        """English in the midst of Chinese."""
        token = TOKEN.match(low, i)
        if token is None:
            return i, None
        if TAUGHT.fullmatch(token.group()):
            return token.end(), Name("taught", {"name": token.group(), "text": token.group()})
        ends = [token.end()]
        while len(ends) < 6 and (following := TOKEN.match(low, ends[-1] + 1)):
            ends.append(following.end())
        for end in reversed(ends):
            if name := self.english.get(low[i:end]):
                return end, name
        return (token.end(), None) if token.group() in self.function else (i, None)


def _ends_doing(unknown: str) -> bool:
    return any(DOING.fullmatch(unknown[start:]) for start in range(len(unknown)))


def _lower(text: str) -> str:
    """The text in small letters, each where it stood; taught words as they are."""
    letters = [c.lower() if len(c.lower()) == 1 else c for c in text]
    for taught in TAUGHT.finditer(text):
        letters[taught.start() : taught.end()] = taught.group()
    return "".join(letters)


def phrase(known: Sequence[Known]) -> str:
    """English of names in the order in which they were found: a style of things, where they are; "" of none."""
    styles, things, places, colour = [], [], [], ""
    for n, (name, _, end) in enumerate(known):
        after = known[n + 1] if n + 1 < len(known) else None
        if name.kind == "styles":
            styles.append(name.entry["text"])
        elif name.kind == "colours" and after and after.name.kind == "subjects" and after.start <= end + 1:  # 红色的车
            colour = name.entry["name"]
        elif name.kind in ("places", "colours"):
            places.append(name.entry)
        else:
            things.append(tinted(name.entry["text"], colour))
            colour = ""
    if not things and (seen := [entry for entry in places if "alone" in entry]):  # 夜晚的城市: what it is comes last
        things = [seen[-1]["alone"]]
        places = [entry for entry in places if entry is not seen[-1]]
    said = " and ".join(things)
    if styles and said:
        said = f"{styles.pop(0)} of {said}"
    where = dict.fromkeys(entry["text"] for entry in places)
    return ", ".join(part for part in (" ".join(filter(None, (said, *where))), *styles) if part)


def tinted(words: str, colour: str) -> str:
    """ "a cat" in a colour: "an orange cat"; itself in none."""
    if not colour:
        return words
    article, _, rest = words.partition(" ")
    if article in ("a", "an"):
        return f"{'an' if colour[0] in 'aeiou' else 'a'} {colour} {rest}"
    return f"the {colour} {rest}" if article == "the" else f"{colour} {words}"
