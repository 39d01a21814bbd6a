"""Links: the settings of an experiment as a query string, short and readable, and back from a stranger's.

Contract: `query` writes only what differs from the experiment's own defaults, or from those that links were first
written with (`linked`), where they have changed since; `read` never raises and never lets
through what an experiment does not take: a number out of bounds is brought to the nearest one allowed, anything else
that is not allowed is left at its default, and each such thing is told in a sentence. Unknown names are ignored.
Whatever a later version changes, a link says by `v` which one wrote it, by `model` and `weights` what drew, and by
`read_as` the English that was drawn for Chinese prompts. One without `v` was typed by somebody: what it leaves out is
as the tab has it by now.

    ?v=1&tab=interpolation&prompts=a+cat&prompts=a+dog&frames=13&model=pocket&weights=3f9a01c2

A link may also be for a tab that is no experiment: then it says no more than the tab's name. What a link is about can
be had without the rest of it (`subject`), for who only announces it.

A start picture cannot travel in a link, it is too long; only a bundled example does, by its name. `query` says what it
left out. Knows no page and no address.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError
from explorer.experiments.made_with import MadeWith
from explorer.messages import Message
from explorer.space.points import Defaults

VERSION = 1
LONGEST = 32_000  # characters of a query string that are looked at; servers take between 8,000 and 64,000
MOST = 200  # fields in it


@dataclass(frozen=True)
class Link:
    """What a query string asks for: a tab, settings that its experiment takes, and what could not be taken.

    `other` is the name of a tab that is no experiment.
    """

    experiment: type[Experiment] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    made_with: MadeWith | None = None
    read_as: tuple[str, ...] = ()
    other: str = ""

    @property
    def tab(self) -> str | None:
        """The name of the tab it is for; None where it is for none."""
        return self.experiment.name() if self.experiment else self.other or None


def query_of_tab(name: str) -> str:
    """The query string of a tab that is no experiment."""
    return urlencode([("v", str(VERSION)), ("tab", name)])


def query(
    experiment: Experiment, defaults: Defaults, model: MadeWith | None = None, read_as: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """The query string of a resolved experiment, without "?", and the labels of the inputs that it leaves out.

    `defaults` are the model's; a setting that equals the experiment's own default, or the model's, is not written. Of
    a size both sides are, or none. `read_as` is what is drawn for its prompts with Chinese in them, in their order.
    """
    usual = {**type(experiment).usual(defaults), **checked(type(experiment), experiment.linked).settings}
    sized = any(getattr(experiment, side) != usual[side] for side in ("width", "height"))
    pairs, left_out = [("v", str(VERSION)), ("tab", experiment.name())], []
    for name, declared in experiment.inputs().items():
        value = getattr(experiment, name)
        if value == usual[name] and not (sized and name in ("width", "height")):
            continue
        texts = declared.to_texts(value)
        if texts is None:
            left_out.append(declared.named(name))
        else:
            pairs += [(name, text) for text in texts]
    pairs += [("read_as", english) for english in read_as]
    named = {"model": model.name, "weights": model.weights} if model else {}
    return urlencode([*pairs, *((name, text) for name, text in named.items() if text)], safe=","), left_out


def read(text: str, experiments: Mapping[str, type[Experiment]], others: Collection[str] = ()) -> Link:
    """What a query string (with or without "?") asks for. Without a known tab there is nothing to be had from it.

    `others` are the names of the tabs that are no experiments.
    """
    if len(text) > LONGEST:
        return Link(
            remarks=(Message("The link is {n} characters long; at most {most} are read.", n=len(text), most=LONGEST),)
        )
    try:
        given = _given(text)
    except ValueError:
        return Link(remarks=(Message("The link has more than {n} fields.", n=MOST),))
    if "tab" not in given:
        return Link()
    experiment = experiments.get(given["tab"][-1])
    if given["tab"][-1] in others:
        return Link(other=given["tab"][-1])
    if experiment is None:
        return Link(remarks=(Message("The link is for a tab that is not here: {tab}", tab=given["tab"][-1][:60]),))
    return _asked(experiment, given)


def subject(text: str, experiments: Mapping[str, type[Experiment]]) -> tuple[type[Experiment], list[str]] | None:
    """The experiment that a query string is for, and its prompts; None where it is for none.

    Nothing else of it is looked at, no picture is opened, and what is not allowed is as if it were not there.
    """
    try:
        given = _given(text) if len(text) <= LONGEST else {}
    except ValueError:
        return None
    experiment = experiments.get(given.get("tab", [""])[-1])
    if experiment is None:
        return None
    prompts: list[str] = []
    for name, declared in experiment.own_inputs().items():
        if not declared.speaks:
            continue
        said = _unsaid(experiment, given).get(name, getattr(experiment, name))
        if name in given:
            with suppress(InputError):
                said = declared.check(name, declared.from_texts(given[name]))
        prompts += declared.prompts(said)
    return experiment, [prompt for prompt in prompts if prompt]


def _given(text: str) -> dict[str, list[str]]:
    """The fields of a query string. Raises ValueError for too many."""
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(text.removeprefix("?"), keep_blank_values=True, max_num_fields=MOST):
        given.setdefault(name, []).append(value)
    return given


def _unsaid(experiment: type[Experiment], given: Mapping[str, list[str]]) -> Mapping[str, Any]:
    """The settings that a link means where it says nothing, if they are others than the experiment has by now."""
    return experiment.linked if "v" in given else {}


def _asked(experiment: type[Experiment], given: Mapping[str, list[str]]) -> Link:
    settings, remarks = dict(_unsaid(experiment, given)), []
    if given.get("v", ["1"])[-1] not in {str(version) for version in range(1, VERSION + 1)}:
        remarks.append("The link was written by a later version; what this one does not know is left out.")
    for name, declared in experiment.inputs().items():
        if name in given and (value := declared.from_texts(given[name])) is not None:
            settings[name] = value
    link = checked(experiment, settings)
    model = {"name": given.get("model", [None])[-1], "signature": given.get("weights", [""])[-1]}
    read_as = tuple(given.get("read_as", ()))
    return Link(experiment, link.settings, (*remarks, *link.remarks), MadeWith.of(model), read_as)


def checked(experiment: type[Experiment], settings: Mapping[str, Any]) -> Link:
    """What can be had of a stranger's settings, from a link or a file: those that `experiment` takes.

    A number out of bounds becomes the nearest one allowed (a seed its last 32 bits, so that two of them stay two),
    anything else that is not allowed is left at its default, and each is told; names that the experiment does not know
    are ignored. Never raises.
    """
    taken, remarks = {}, []
    for name, declared in experiment.inputs().items():
        if name not in settings:
            continue
        try:
            taken[name] = declared.check(name, settings[name])
        except InputError as error:
            near = declared.nearest(settings[name])
            remarks.append(_told(error, near))
            taken |= {} if near is None else {name: near}
    return Link(experiment, taken, tuple(remarks))


def _told(error: InputError, near: Any) -> Message:
    """What became of a value that is not taken."""
    if near is None:
        return Message("{field} = {value} is not allowed: {allowed}. It is left as it was.", **error.message.values)
    values = {**error.message.values, "near": near}
    return Message("{field} = {value} is not allowed: {allowed}. It became {near}.", **values)
