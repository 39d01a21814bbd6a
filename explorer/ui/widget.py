"""Widget: what all widgets of ours in the browser have in common, and how their files get there.

Contract: a kind of widget is a custom element, an ES module of its name in widgets/ (see widget.js there), which
Gradio's element imports; the page's config carries its address and its words, no code. The scripts and style sheets of
widgets/ are served as they are under /widgets/VERSION/, by exact name, and nothing else is; VERSION says what is in
them, so a browser may keep them for good and an update of the program is never hidden by what it kept. `served` is what
`launch` needs for that:

    demo.launch(app_kwargs={"routes": served()})

Text that comes from visitors is written through `textContent` only. Nothing here knows a view.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from abc import ABCMeta
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType, MethodType
from typing import Any, ClassVar

import gradio as gr
from gradio.component_meta import ComponentMeta, updateable
from gradio.data_classes import FileData
from gradio.events import EventListener
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.ui.offline import FOLDER
from explorer.ui.text import kinds, spoken_by, words_of
from explorer.ui.text import words as said_by

MOUNT = "import(props.module?.url ?? explorer.mount).then(({{ mount }}) => mount(element, props, trigger, watch, {id}))"
"""`props` are those of the widget with that id, or nothing but a value: see mount.js."""

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


@cache
def files() -> dict[str, bytes]:
    """What is served: every script and style sheet of widgets/, by its name, and the phrases of all of them."""
    found = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix in (".js", ".css")}
    phrases = json.dumps({kind: spoken_by(kind) for kind in kinds()}, ensure_ascii=False, separators=(",", ":"))
    return found | {"said.js": f"export const said = {phrases};\n".encode()}


@cache
def version() -> str:
    """12 characters that another content of any of the files would change."""
    return hashlib.sha256(b"\0".join(name.encode() + b"\0" + data for name, data in files().items())).hexdigest()[:12]


def address(name: str) -> str:
    """Where the page finds a file of widgets/, from its own root on. Raises KeyError for one that there is not."""
    return f"/widgets/{version()}/{_known(name)}"


def _known(name: str) -> str:
    if name not in files():
        raise KeyError(name)
    return name


def scripts() -> str:
    """What the head of the page begins with: the script of its events, and every module that it may need."""
    modules = [f'<link rel="modulepreload" href=".{address(name)}">' for name in files() if name.endswith(".js")]
    return "".join([f'<script type="module" src=".{address("page.js")}"></script>', *modules])


def style() -> str:
    """What it ends with: the page's own style sheet."""
    return f'<link rel="stylesheet" href=".{address("page.css")}">'


def served() -> list[Route]:
    """The route that serves them. Another version's files are not found: pieces of two versions never meet."""

    def answer(request: Request) -> Response:
        data = files().get(request.path_params["name"])
        if data is None or request.path_params["version"] != version():
            return Response(status_code=404)
        kind = mimetypes.guess_type(request.path_params["name"])[0]
        return Response(data, media_type=kind, headers=FOREVER)

    return [Route("/widgets/{version}/{name}", answer, methods=["GET"])]


class WidgetMeta(ComponentMeta):
    """Gradio's metaclass without its side effect: it writes a .pyi beside any module that defines a component."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> type:
        if "__init__" in attrs:
            attrs["__init__"] = updateable(attrs["__init__"])
        return ABCMeta.__new__(mcs, name, bases, attrs)


class Widget(gr.HTML, metaclass=WidgetMeta):
    """A widget: `kind` is the name of its module, `fires` are the events that Python may listen to.

    Nothing is read back from it, unless its `preprocess` says otherwise.
    """

    kind: ClassVar[str]
    fires: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        value: Any = None,
        *,
        phrases: Sequence[str] = (),
        words: Mapping[str, str] = MappingProxyType({}),
        texts: Mapping[str, Mapping[str, str]] | None = None,
        first: str = "",
        **props: Any,
    ) -> None:
        """`phrases`: the kinds of widget whose texts it speaks, which no config carries: the browser has those of all.

        `words`: what else it says, in English. `texts`: language tag ("zh", "zh-TW") -> the translations of all that;
        keys left out are shown in English. Without any, the phrase book's are taken. `first`: constant markup that
        stands there until its module is loaded. `props` are Gradio's own, and what the module is told for good.
        """
        if texts is not None:
            words, phrases = {name: text for kind in phrases for name, text in said_by(kind).items()} | dict(words), ()
        texts = words_of(words) if texts is None else texts
        super().__init__(
            value=value,
            kind=self.kind,
            phrases=list(phrases),
            module=FileData(path="mount.js", url=address("mount.js")).model_dump(exclude_none=True),
            texts={**{tag: dict(said) for tag, said in texts.items()}, "en": dict(words)} if words else {},
            html_template=first,
            js_on_load=MOUNT.format(id=json.dumps(props.get("elem_id"))),
            apply_default_css=False,
            **props,
        )

    def __getattr__(self, name: str) -> Any:
        return self.event(name) if name in type(self).fires else super().__getattr__(name)

    def event(self, name: str) -> MethodType:
        """An event that its module fires, as Gradio's components have theirs."""
        return MethodType(EventListener(event_name=name).listener, self)

    def preprocess(self, payload: Any) -> Any:
        """Nothing is read back."""

    def postprocess(self, value: Any) -> Any:
        """What is sent to the browser: the value as it is."""
        return value

    def api_info(self) -> dict[str, Any]:
        """The JSON schema of the value."""
        return {"type": "object"}


class Unseen(Widget):
    """A widget with nothing to see."""

    def __init__(self, value: Any = None, **props: Any) -> None:
        super().__init__(value, elem_classes="unseen", **props)
