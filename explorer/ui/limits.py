"""What one visitor may ask of a server that others use, too.

`Limits` is read from the environment once, by `explorer.app`: none on one's own machine, sensible ones where SPACE_ID
says that this is a Hugging Face Space. `Door` counts who came in the last minute, and says in a sentence why somebody
has to wait.

It does not know what is rendered, only what it costs; and it knows visitors by session and by address, which a
determined one can change: it keeps a shared machine usable, it is no protection against an attack.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from explorer.engine.engine import Price
from explorer.messages import Message

PREFIX = "LATENT_EXPLORER_"
MINUTE = 60.0
SESSIONS_AN_ADDRESS = 4  # a school or a company may share one address


class LimitError(ValueError):
    """A variable of the environment that is no limit; the message names it, its value and what is allowed."""


def _limit(on_a_space: int, help: str) -> Any:
    return dataclasses.field(default=None, metadata={"space": on_a_space, "help": help})


@dataclass(frozen=True)
class Limits:
    """The limits of a server, each a whole number from 1 on; None is no limit. `of` reads them.

    `space` says that this is a Space: then the address of a visitor stands in X-Forwarded-For.
    """

    queue: int | None = _limit(24, "renders and exports that may wait; whoever comes then is told that it is busy")
    renders: int | None = _limit(2, "renders at once, taking turns on the device; 4 without a limit")
    seconds: int | None = _limit(180, "seconds that a render may take; then it ends like Stop and keeps its frames")
    a_minute: int | None = _limit(12, "renders that a visitor may begin in a minute; an address four times as many")
    rows: int | None = _limit(8000, "the largest price of a render, in rows of the UNet")
    rows_a_minute: int | None = _limit(6000, "rows that a visitor's drafts and tasks may take in a minute")
    teachings: int | None = _limit(1, "words that may be taught at once, taking turns; 2 without a limit")
    words_mb: int | None = _limit(64, "megabytes that a visitor's taught words may take up")
    space: bool = False

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Limits:
        """The limits that `environ` sets; "none" takes one away. Raises LimitError."""
        space = on_a_space(environ)
        found = {field.name: _read(environ, field, space) for field in _declared()}
        return cls(**found, space=space)


def on_a_space(environ: Mapping[str, str]) -> bool:
    """Whether this is a Hugging Face Space."""
    return bool(environ.get("SPACE_ID"))


def variables() -> dict[str, tuple[str, str]]:
    """Every limit's variable: what it means, and its value on a Space."""
    return {PREFIX + f.name.upper(): (f.metadata["help"], str(f.metadata["space"])) for f in _declared()}


def _declared() -> Iterator[dataclasses.Field]:
    return (field for field in dataclasses.fields(Limits) if field.metadata)


def _read(environ: Mapping[str, str], field: dataclasses.Field, space: bool) -> int | None:
    name = PREFIX + field.name.upper()
    text = environ.get(name, "").strip()
    if not text:
        return field.metadata["space"] if space else None
    if text.lower() == "none":
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= len(text) <= 9 and int(text)):
        raise LimitError(f"{name}={text[:40]!r} must be a whole number from 1 to 999999999, or none")
    return int(text)


class Caller(Protocol):
    """What is read of a `gr.Request`."""

    session_hash: str | None
    client: Any
    headers: Mapping[str, str]


def address(request: Caller, space: bool) -> str | None:
    """The visitor's address as far as it is known; None on a Space whose proxy does not say.

    On a Space the peer is a proxy, the same for everybody, and each proxy appends to X-Forwarded-For whom it heard
    from. So the last public address counts: what visitors write into the header themselves stands before it.
    """
    if not space:
        return getattr(request.client, "host", None)
    for part in reversed((request.headers.get("x-forwarded-for") or "").split(",")):
        try:
            found = ipaddress.ip_address(part.strip())
        except ValueError:
            continue
        if found.is_global:
            return str(found)
    return None


class Door:
    """Who began how many renders in the last minute. One for a server; safe between threads."""

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits or Limits()
        self._clock, self._lock = clock, threading.Lock()
        self._came: dict[tuple[str, str], deque[float]] = {}  # by kind (session, address) and name: when, ascending
        self._paid: dict[str, deque[tuple[float, int]]] = {}  # by session: when, and how many rows

    def refusal(self, request: Caller, price: Price) -> str | None:
        """Why this visitor may not begin a render of that price now; None, and it is counted, if they may."""
        limits = self.limits
        if limits.rows is not None and price.rows > limits.rows:
            return Message(
                "This would take {n} rows, and a render here may take at most {m}: choose fewer frames or fewer steps.",
                n=price.rows,
                m=limits.rows,
            )
        if limits.a_minute is None:
            return None
        bounds = {("session", request.session_hash or ""): limits.a_minute}
        if (host := address(request, limits.space)) is not None:
            bounds["address", host] = limits.a_minute * SESSIONS_AN_ADDRESS
        return self._count(bounds)

    def refusal_of_rows(self, request: Caller, rows: int) -> str | None:
        """Why this visitor may not have drafts or tasks of so many rows now; None, and they are paid, if they may."""
        limits, now, who = self.limits, self._clock(), request.session_hash or ""
        if limits.rows is not None and rows > limits.rows:
            most = limits.rows
            return Message("This would take {n} rows, and {m} at most may be asked for at once here.", n=rows, m=most)
        if limits.rows_a_minute is None:
            return None
        with self._lock:
            self._paid = {name: paid for name, paid in self._paid.items() if paid[-1][0] > now - MINUTE}
            paid = self._paid.setdefault(who, deque())
            while paid and paid[0][0] <= now - MINUTE:
                paid.popleft()
            if sum(cost for _, cost in paid) + rows > limits.rows_a_minute:
                if not paid:
                    del self._paid[who]
                return Message("Drafts may take {n} rows a minute here: go on in a moment.", n=limits.rows_a_minute)
            paid.append((now, rows))
        return None

    def _count(self, bounds: Mapping[tuple[str, str], int]) -> str | None:
        now = self._clock()
        with self._lock:
            self._forget(now - MINUTE)
            for who, most in bounds.items():
                came = self._came.get(who, ())
                if len(came) >= most:
                    wait = max(1, round(came[-most] + MINUTE - now))
                    who_has = Message("You have") if who[0] == "session" else Message("Your network has")
                    renders = Message("{n} renders", n=most) if most > 1 else Message("1 render")
                    said = {"who": who_has, "renders": renders, "s": wait}
                    return Message("{who} begun {renders} within a minute: try again in {s} s.", **said)
            for who in bounds:
                self._came.setdefault(who, deque()).append(now)
        return None

    def _forget(self, before: float) -> None:
        """Nobody is remembered for longer than the minute that counts."""
        for who, came in list(self._came.items()):
            while came and came[0] <= before:
                came.popleft()
            if not came:
                del self._came[who]
