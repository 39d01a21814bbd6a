"""What a kind of input is: one declaration, and its faces to the page, the command line, links, files and frames.

Contract: `check` takes what comes from any side and gives the canonical value or an `InputError`. `to_texts` and
`from_texts` are the way through a link, `flag` and `from_flag` that through a command line, `widget` is what the page
draws; whatever they give back goes through `check` before it is used. Values are plain: `dataclasses.asdict` of an
experiment makes JSON of them, and `check` makes the same of that again. A kind knows no widget class and no parser.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from explorer.messages import Message


class InputError(ValueError):
    """A value that an experiment does not take: which field, what it was given, what is allowed.

    `message` is the sentence with its parts. `wrong` says in words what is wrong with this one, for who has the field
    before them; `at` is which of its items. `others` are more of its items that are wrong, each with what and which.
    """

    def __init__(
        self,
        field: str,
        value: object,
        allowed: str,
        wrong: str = "",
        at: int = 0,
        *,
        others: Sequence[tuple[str, int]] = (),
    ) -> None:
        self.message = Message(
            "{field} = {value} is not allowed: {allowed}", field=field, value=_shown(value), allowed=allowed
        )
        super().__init__(self.message)
        self.field, self.value, self.allowed, self.wrong, self.at = field, value, allowed, wrong, at
        self.others = tuple(others)


def _shown(value: object) -> str:
    """The value as it stands in an error: at most 80 characters, and of a file only how large it is."""
    if isinstance(value, bytes):
        return Message("a file of {n} bytes", n=len(value))
    if isinstance(value, str) and value.startswith("data:"):
        return Message("a data URL of {n} characters", n=len(value))
    try:
        shown = repr(str(value) if isinstance(value, Path) else value)
    except RecursionError:  # a stranger's JSON, nested as deep as it could be read
        return Message("a {kind} of very many levels", kind=type(value).__name__)
    return shown if len(shown) <= 80 else f"{shown[:76]}...{shown[-1]}"


@dataclass(frozen=True)
class Widget:
    """What the page draws for an input: the name of a maker in its table (`ui.controls`), and plain properties."""

    maker: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Input:
    """A declared input. `optional` inputs may be None: the model's own value.

    `label` and `help` are what people read; `label` defaults to the field's name. `place` says where it stands in a
    tab: in the "form", behind "more", or in the "view" itself. `only_with` are a choice's name and those of its options
    with which the input plays a role: with any other the page hides it, and its value does nothing.
    """

    heavy: ClassVar[bool] = False
    """Whether values are too long for a link, and for the file of a single frame."""
    speaks: ClassVar[bool] = False
    """Whether its text goes to the text encoder."""
    carries: ClassVar[str | None] = None
    """What of a frame it can take over: its "picture", its "prompt" (as one of "prompts"), its seed as one of "seeds".

    And of a view: the "trail" of its lens. An "own" one takes the frame's setting of its own name, on the same tab.
    """

    help: str
    label: str = ""
    optional: bool = False
    place: str = "form"
    only_with: tuple[str, tuple[str, ...]] | None = None

    def field(self, default: Any) -> Any:
        """The dataclass field of this input."""
        return dataclasses.field(default=default, metadata={"input": self})

    def named(self, field: str) -> str:
        """What people call the input in the field of that name."""
        return self.label or field.replace("_", " ").capitalize()

    @property
    def allowed(self) -> str:
        """What values are taken, as the end of a sentence."""
        raise NotImplementedError

    def check(self, name: str, value: Any) -> Any:
        """The value in its proper type. Raises InputError."""
        if value is None and self.optional:
            return None
        try:
            return self._accept(value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(name, value, self.allowed, *self.wrong(value), others=self.also_wrong(value)) from None

    def _accept(self, value: Any) -> Any:
        """The value in its proper type; ValueError or TypeError if it is none of ours."""
        raise NotImplementedError

    def wrong(self, value: Any) -> tuple[str, int]:  # noqa: ARG002 (most kinds have no more to say than `allowed`)
        """What is wrong with a value that is not taken, in words, and with which of its items; "" and 0 for no more."""
        return "", 0

    def also_wrong(self, value: Any) -> Sequence[tuple[str, int]]:  # noqa: ARG002 (most kinds have one item)
        """As `wrong`, of the other items with which something is wrong as well."""
        return ()

    def nearest(self, value: Any) -> Any:  # noqa: ARG002 (most kinds know no order)
        """The nearest value that is allowed to one that is not; None where nearness means nothing."""
        return None

    def to_texts(self, value: Any) -> list[str] | None:
        """A checked value as it stands in a link, mostly one text; None if it does not fit into one."""
        return [str(value)]

    def from_texts(self, texts: Sequence[str]) -> Any:
        """What `check` shall be given for the texts of a link, of which there is at least one; None for nothing."""
        return texts[-1]

    @property
    def flag(self) -> dict[str, Any] | None:
        """The options of its flag, as argparse has them; None where it has none."""
        return {"metavar": "TEXT"}

    def from_flag(self, value: Any) -> Any:
        """What `check` shall be given for what the flag gave, or for the default where there was no flag."""
        return value

    def flags(self, name: str, default: Any) -> dict[str, tuple[Input, Any]]:
        """The flags of the field of that name: what each takes, and its default."""
        return {name: (self, default)}

    def from_flags(self, values: Mapping[str, Any]) -> Any:
        """What `check` shall be given for what its flags gave."""
        (value,) = values.values()
        return self.from_flag(value)

    def shown(self, value: Any) -> str:
        """A default as the help of the command line shows it."""
        return shlex.join(map(str, value)) if isinstance(value, tuple) else str(value)

    @property
    def widget(self) -> Widget:
        """How the page draws it."""
        raise NotImplementedError

    def started(self, now: Any, picture: str, settings: Mapping[str, Any]) -> Any:  # noqa: ARG002 (as `nearest`)
        """The value where a frame with these `settings` is the start `picture`; `now` is the present value."""
        return picture

    def prompts(self, value: Any) -> tuple[str, ...]:  # noqa: ARG002 (as `nearest`)
        """The texts of a checked value that go to the text encoder."""
        return ()

    def beside(self, value: Any, prompts: Sequence[str]) -> Any:  # noqa: ARG002
        """What of a checked value has a part where these are the experiment's prompts: mostly all of it."""
        return value

    def pictures(self, value: Any) -> tuple[str, ...]:  # noqa: ARG002
        """The canonical start pictures of a checked value."""
        return ()
