"""Writes the traditional Chinese phrase book from the simplified one, in the words of Taiwan.

    pip install opencc-python-reimplemented && python -m assets.traditional

Keys, which are English, and the names of holes stay as they are: OpenCC changes Chinese only. A translation that is
there stays, a hand may have mended it (列 is a row in Taiwan, 行 a column): without it, it is made anew.
"""

import json
from pathlib import Path

from opencc import OpenCC

TEXTS = Path(__file__).parents[1] / "explorer" / "ui" / "texts"

AFTER = {"噪聲": "雜訊", "帶噪": "帶雜訊", "去噪": "去雜訊", "畫素": "像素", "實時": "即時"}
"""Words of the field that OpenCC does not know."""


def traditional(text: str, convert) -> str:
    """`text` in traditional Chinese; `convert` is OpenCC's."""
    said = convert(text)
    for word, ours in AFTER.items():
        said = said.replace(word, ours)
    return said


def main() -> None:
    """Reads zh.json, writes zh-TW.json."""
    convert = OpenCC("s2twp").convert
    found, had = (json.loads((TEXTS / f"{name}.json").read_text(encoding="utf-8")) for name in ("zh", "zh-TW"))
    said = {
        kind: {key: had[kind].get(key) or traditional(text, convert) for key, text in phrases.items()}
        for kind, phrases in found.items()
    }
    (TEXTS / "zh-TW.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
