"""Writes the traditional Chinese phrase book from the simplified one, in the words of Taiwan.

    pip install opencc-python-reimplemented && python -m assets.traditional

Keys, which are English, and the names of holes stay as they are: OpenCC changes Chinese only.
"""

import json
from pathlib import Path

from opencc import OpenCC

TEXTS = Path(__file__).parents[1] / "explorer" / "ui" / "texts"

AFTER = {"噪聲": "雜訊", "帶噪": "帶雜訊", "去噪": "去雜訊", "畫素": "像素", "實時": "即時"}
"""Words of the field that OpenCC does not know."""

OWN = (
    "What differs from row to row.",
    "Rows",
    "Values of the rows",
    "What the rows have,",
    "row_values",
    "Column {column}",
)
"""How keys begin whose translation a hand has mended and OpenCC would spoil: 列 is a row in Taiwan, 行 a column."""


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
        kind: {
            key: had[kind][key] if key.startswith(OWN) and key in had[kind] else traditional(text, convert)
            for key, text in phrases.items()
        }
        for kind, phrases in found.items()
    }
    (TEXTS / "zh-TW.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
