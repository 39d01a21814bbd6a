"""Cards: what a messenger shows of a link to the page, a title, a description and perhaps a picture.

Contract: title and description are made of the link alone, and all of a visitor's in them is escaped. A picture is one
that was put in here when its link was shared (`put`): to ask for the page, or for a picture, encodes, plans and renders
nothing. Its name in the link cannot be guessed; a few hundred pictures are kept, in memory only, the oldest go first.
The address of a picture is a full one, so it is only there where somebody has said what this page's address is, which a
request's own headers never say. Cards are in English, whoever asks: one is kept by strangers, for strangers.
"""

from __future__ import annotations

import hmac
import io
import re
import secrets
import threading
from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl

from cachetools import LRUCache
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.experiments.base import Experiment
from explorer.experiments.links import LONGEST, subject
from explorer.outputs.enlarging import enlarged
from explorer.ui.limits import PREFIX, LimitError
from explorer.ui.widget import FOREVER

FIELD = "card"
"""What a link calls the name of its picture."""

VARIABLE = PREFIX + "ADDRESS"
PRODUCT = "Latent Explorer"
ABOUT = (
    "A playground for the latent spaces of Stable Diffusion: travel between prompts, turn the noise, watch a picture "
    "come out of it, in your browser."
)
MOST_BYTES = 16_000_000
LARGEST = 1_200  # pixels on a side: what is larger, messengers make smaller themselves
LONGEST_TITLE, LONGEST_DESCRIPTION = 90, 300  # characters
_OTHERS = re.compile(rb'<title>.*?</title>|<meta\s+(?:property="og:|name="(?:twitter:|description"))[^>]*>', re.DOTALL)
_NAME = re.compile(r"[0-9a-f]{32}")


def public_address(environ: Mapping[str, str]) -> str | None:
    """Where strangers find the page, ending in "/": LATENT_EXPLORER_ADDRESS, or a Space's own; None where nobody says.

    "none" takes a Space's away. Raises LimitError for what is no address.
    """
    text = environ.get(VARIABLE, "").strip()
    if not text and (space := environ.get("SPACE_HOST")):
        text = f"https://{space}"
    if not text or text.lower() == "none":
        return None
    if not re.fullmatch(r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w./~-]*)?", text, re.ASCII):
        raise LimitError(f"{VARIABLE}={text[:80]!r} must be an address as https://example.org/explorer, or none")
    return text.rstrip("/") + "/"


class Cards:
    """The cards of a page over `experiments`, which strangers find at `address` (as `public_address`)."""

    def __init__(self, experiments: Mapping[str, type[Experiment]], address: str | None = None) -> None:
        self.experiments, self.address = experiments, address
        self._secret, self._lock = secrets.token_bytes(32), threading.Lock()
        self._pictures: LRUCache[str, bytes] = LRUCache(MOST_BYTES, getsizeof=len)

    def put(self, png: bytes) -> str | None:
        """Keeps a picture, and gives what its link says of it: the same for the same one. None without an address."""
        if self.address is None:
            return None
        with Image.open(io.BytesIO(png), formats=["PNG"]) as opened:
            picture = enlarged(opened.convert("RGB"))
        picture.thumbnail((LARGEST, LARGEST))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=88)
        name = hmac.new(self._secret, png, "sha256").hexdigest()[:32]
        with self._lock:
            self._pictures[name] = buffer.getvalue()
        return f"{FIELD}={name}"

    def picture(self, name: str) -> bytes | None:
        """The JPEG of that name, if it is still kept."""
        with self._lock:
            return self._pictures.get(name)

    def rewritten(self, page: bytes, query: str) -> bytes:
        """The page's HTML with the card of the link that asks for it, and no other."""
        head, body = page.split(b"</head>", 1) if b"</head>" in page else (page, None)
        head = _OTHERS.sub(b"", head).replace(b"<head>", b"<head>" + self.html(query).encode(), 1)
        return head if body is None else head + b"</head>" + body

    def html(self, query: str) -> str:
        """The tags of the card of a query string."""
        title, description = title_and_description(query, self.experiments)
        named = [
            ("og:site_name", PRODUCT),
            ("og:type", "website"),
            ("og:title", title),
            ("og:description", description),
        ]
        picture = self._shared(query)
        if picture:
            named += [("og:image", picture), ("og:image:type", "image/jpeg"), ("og:image:alt", title)]
        twitter = [
            ("description", description),
            ("twitter:card", "summary_large_image" if picture else "summary"),
            ("twitter:title", title),
            ("twitter:description", description),
            *([("twitter:image", picture)] if picture else []),
        ]
        return (
            f"<title>{escape(title)}</title>"
            + "".join(f'<meta property="{name}" content="{escape(said)}">' for name, said in named)
            + "".join(f'<meta name="{name}" content="{escape(said)}">' for name, said in twitter)
        )

    def _shared(self, query: str) -> str | None:
        """The address of the picture that was shared with a link, if it is still kept."""
        name = _field(query, FIELD)
        kept = self.address and _NAME.fullmatch(name) and self.picture(name)
        return f"{self.address}{FIELD}/{name}.jpg" if kept else None

    def served(self) -> list[Route]:
        """The route that serves the pictures."""

        def answer(request: Request) -> Response:
            jpeg = self.picture(request.path_params["name"])
            if jpeg is None:
                return Response(status_code=404)
            return Response(jpeg, media_type="image/jpeg", headers=FOREVER)

        return [Route(f"/{FIELD}/{{name}}.jpg", answer, methods=["GET", "HEAD"])]


def title_and_description(query: str, experiments: Mapping[str, type[Experiment]]) -> tuple[str, str]:
    """Title and description of a query string: the experiment's name and its prompts, or plainly the product's."""
    found = subject(query, experiments)
    if found is None:
        return PRODUCT, ABOUT
    experiment, prompts = found
    prompts = [plain(prompt) for prompt in prompts]
    title = f"{experiment.label()}: {' · '.join(prompts)}" if prompts else experiment.label()
    help = plain((experiment.__doc__ or "").split("\n\n")[0])
    quoted = ", ".join(f"“{prompt}”" for prompt in prompts)
    return _cut(title, LONGEST_TITLE), _cut(f"{quoted} – {help}" if quoted else help, LONGEST_DESCRIPTION)


def plain(text: str) -> str:
    """A text on one line, without what is not seen and turns others' lines round."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _field(query: str, name: str) -> str:
    if len(query) > LONGEST:
        return ""
    return next((value for field, value in parse_qsl(query) if field == name), "")
