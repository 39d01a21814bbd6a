"""A page in two languages: where what Python wrote in English meets the visitor's browser.

Contract: a `BilingualPage` is a `gr.Blocks` whose components are made with English texts. When its `with` block is
left, every text that `text.say` can translate becomes a key that Gradio looks up in the browser's language; while an
event is answered, `text.spoken` is the language of the visitor who asked, and an error is told in it.

The language is the browser's own until another one is chosen, with the button or with Gradio's settings; a cookie keeps
that. SPEAK makes it the language that everything on the page sees, so that Gradio, the views and the server agree.

It knows no tab and no sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr
from gradio.blocks_events import BlocksMeta
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from explorer.messages import Message
from explorer.ui.text import LANGUAGES, language_named, say, speaking
from explorer.ui.widget import scripts, served, style

COOKIE = "latent-explorer-language"

GRADIOS = {"zh": ("zh", "zh-CN"), "zh-TW": ("zh-TW",)}
"""What Gradio calls our languages."""

SPEAK = (
    """<script>
(() => {
  const kind = (tag) => (!/^zh/i.test(tag) ? 'en' : /hant|tw|hk|mo/i.test(tag) ? 'zh-TW' : 'zh-CN');
  const chosen = document.cookie.match(/(?:^|; )COOKIE=([\\w-]+)/)?.[1];
  const own = (navigator.languages ?? [navigator.language]).find((tag) => /^(en|zh)/i.test(tag)) ?? navigator.language;
  const tag = kind(chosen ?? own);
  const language = chosen || tag !== 'en' ? tag : navigator.language;
  Object.defineProperty(navigator, 'language', { value: language, configurable: true });
  window.speak = (wanted) => {
    const frame = location.protocol === 'https:' ? '; SameSite=None; Secure; Partitioned' : '; SameSite=Lax';
    document.cookie = 'COOKIE=' + wanted + '; path=/; max-age=31536000' + frame;
    location.reload();
  };
  window.speakOther = () => window.speak(tag === 'en' ? (kind(own) === 'en' ? 'zh-CN' : kind(own)) : 'en');
  // Gradio's settings change this attribute: what they change is only Gradio's own, so the page is asked for anew.
  new MutationObserver(() => {
    const now = document.documentElement.lang;
    if (now && (kind(now) === 'en') !== (tag === 'en')) window.speak(kind(now));
  }).observe(document.documentElement, { attributeFilter: ['lang'] });
})();
</script>"""
).replace("COOKIE", COOKIE)


OPTION = "option: "
"""Before the keys of options: Gradio translates whatever value is a key, and then sends the translation."""


class _Meta(BlocksMeta):
    """Gradio's metaclass without its side effect, as `widget.WidgetMeta`: it writes a .pyi file."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> type:
        return type.__new__(mcs, name, bases, attrs)


class BilingualPage(gr.Blocks, metaclass=_Meta):
    """A page that is made in English and read in the visitor's language. `routes` are its own beside Gradio's.

    `rewritten` makes of its HTML and the query that asks for it what is sent.
    """

    is_template = True
    routes: Sequence[Route] = ()
    rewritten: Callable[[bytes, str], bytes] | None = None

    def __exit__(self, exc_type: type[BaseException] | None = None, *args: Any) -> None:
        if exc_type is None:
            self.texts = dict(marked for block in self.blocks.values() for marked in _marked(block))
        super().__exit__(exc_type, *args)

    def launch(self, *args: Any, **options: Any) -> Any:
        """As `gr.Blocks.launch`, with the translations and the files of the widgets."""
        routes = [*served(), *self.routes]
        kwargs = {
            "middleware": [Middleware(SpeakFirst, self.rewritten)],
            "routes": routes,
            **(options.get("app_kwargs") or {}),
        }
        return super().launch(*args, **{"i18n": gr.I18n(**self.translations()), **options, "app_kwargs": kwargs})

    def translations(self) -> dict[str, dict[str, str]]:
        """The texts of all components in every language, by what Gradio calls it."""
        ours = {language: {key: say(text, language) for key, text in self.texts.items()} for language in LANGUAGES}
        return {"en": self.texts} | {tag: ours[language] for language, tags in GRADIOS.items() for tag in tags}

    async def process_api(self, *args: Any, request: Any = None, **kwargs: Any) -> dict[str, Any]:
        """As `gr.Blocks.process_api`: answers an event, in the language of who asks.

        Nowhere else are a request, its handler and the `postprocess` of what that gives together: Gradio's queue
        answers in a task of its own, past every middleware, and a wrapped handler ends before its outputs are made.
        """
        with speaking(language_of(request)):
            return await super().process_api(*args, request=request, **kwargs)


class SpeakFirst:
    """Puts SPEAK before everything else in the page: what `launch(head=...)` adds comes after Gradio's choice.

    The widgets' scripts come there too, so they are there before Gradio asks for them; the page's style comes last.
    `rewritten` is that of `BilingualPage`; what it puts first stands before all this.
    """

    def __init__(self, app: ASGIApp, rewritten: Callable[[bytes, str], bytes] | None = None) -> None:
        self.app, self.rewritten = app, rewritten

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request; only the page itself is changed: at "/", with or without the prefix that a proxy has."""
        here = scope["type"] == "http" and scope["path"].rstrip("/") in ("", scope.get("root_path", "").rstrip("/"))
        if not here:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # Gradio asks so whether the page is there, and gives up after three seconds
            await Response(media_type="text/html")(scope, receive, send)
            return
        start: list[AsgiMessage] = []
        body = bytearray()

        async def whole(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                said = bytes(body).replace(b"<head>", b"<head>" + (SPEAK + scripts()).encode(), 1)
                said = said.replace(b"</head>", style().encode() + b"</head>", 1)
                if self.rewritten:
                    said = self.rewritten(said, scope["query_string"].decode("latin-1"))
                headers = [(name, value) for name, value in start[0]["headers"] if name != b"content-length"]
                length = (b"content-length", str(len(said)).encode())
                await send({**start[0], "headers": [*headers, length]})
                await send({**message, "body": said})

        await self.app(scope, receive, whole)


def language_of(request: Any) -> str:
    """The visitor's language: the one they chose, or else their browser's. English for scripts."""
    if not isinstance(request, (gr.Request, Request)):
        return "en"
    chosen = request.cookies.get(COOKIE)
    return language_named(chosen or request.headers.get("accept-language", ""))


def language_button() -> gr.Button:
    """The button that changes the language; it says its words in both."""
    button = gr.Button("中文 / English", size="sm", elem_id="language", min_width=80)
    button.click(None, None, None, js="() => window.speakOther()", api_visibility="private")
    return button


def _marked(block: Any) -> Iterator[tuple[str, str]]:
    """Replaces every English text of a component that has a translation by its key, and gives both."""
    names = ["label", "info", "placeholder", *(["value"] if isinstance(block, (gr.Markdown, gr.Button)) else [])]
    for name in names:
        text, given = getattr(block, name, None), block.constructor_args.get(name)
        text = given if isinstance(given, Message) else text  # Markdown keeps a plain copy of it
        if _translatable(text):
            key = str.__str__(text)  # Gradio takes no other kind of text for a key
            setattr(block, name, gr.I18n()(key))
            yield key, text
    if isinstance(block, (gr.Radio, gr.Dropdown)):
        keys = {text: OPTION + text for text, _ in block.choices if _translatable(text)}
        block.choices = [(gr.I18n()(keys[text]) if text in keys else text, value) for text, value in block.choices]
        yield from ((key, text) for text, key in keys.items())


def _translatable(text: Any) -> bool:
    return isinstance(text, str) and bool(text) and any(say(text, language) != text for language in LANGUAGES)
