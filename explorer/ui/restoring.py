"""From a file that a visitor opens to the tab, the settings and where possible the frames that are in it.

Contract: `restore` raises `NoSettings` with one sentence for every file that gives nothing, and takes nothing on trust:
settings pass the experiment's own declarations, and frames come back only from an archive whose settings all pass and
whose plan has the very places that the archive says. Captions and coordinates are the plan's, never the file's. The
pictures become a run of this visitor and go nowhere else: not into the engine's store, where they would be others'.

Plain Python over the experiments, an engine and run folders; it knows no widget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.engine.engine import Engine
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import InputError
from explorer.experiments.links import checked
from explorer.experiments.made_with import MadeWith, is_far, suited, suited_from
from explorer.messages import Message, restored
from explorer.outputs import archives, foreign, settings
from explorer.outputs.foreign import Foreign
from explorer.outputs.records import make_record
from explorer.outputs.runs import Run, Runs
from explorer.outputs.settings import NoSettings

MAX_NAME = 80  # characters of a file's name that are shown
MAX_NOTE = 300  # characters
MAX_WORDS = 200  # characters of what a file says of its model and versions

NO_PICTURE = "A single frame does not hold its start picture: choose it again, or open the ZIP, which holds it."
NO_FRAMES = "The pictures in it do not belong to these settings, so they were left there. Render makes them again."


@dataclass(frozen=True)
class Restored:
    """What a file gave: settings that `experiment` takes, what could not be taken, and its frames if it has any.

    `program` is another program's name where the file is that one's, and `left` names the settings that it did not
    give, so that the form's stay.
    """

    name: str
    experiment: type[Experiment]
    settings: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    run: Run | None = None
    program: str | None = None
    left: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """What happened, in a sentence."""
        what = {"file": self.name, "tab": self.experiment.label()}
        if (run := self.run) is not None:
            frames = {"n": len(run.ready), "m": run.count}
            return Message("Opened {file}: {tab}, {n} of {m} frames came back.", **what, **frames)
        if (program := self.program) is not None:
            return Message("Opened {file}, a picture of {program}: {tab}. Press Render.", program=program, **what)
        return Message("Opened {file}: {tab}. Press Render.", **what)


def restore(path: Path, experiments: Mapping[str, type[Experiment]], engine: Engine, runs: Runs) -> Restored:
    """What is in a file of ours or of another program. Raises `NoSettings`."""
    try:
        record = settings.read(path)
    except NoSettings as ours:
        try:
            found = foreign.read(path)
        except NoSettings:
            raise ours from None
        return _of_another(path.name[:MAX_NAME], found, experiments, engine)
    return _of_ours(path, record, experiments, engine, runs)


def _of_ours(
    path: Path, record: Mapping[str, Any], experiments: Mapping[str, type[Experiment]], engine: Engine, runs: Runs
) -> Restored:
    name, tab = path.name[:MAX_NAME], record.get("experiment")
    experiment = experiments.get(tab) if isinstance(tab, str) else None
    if experiment is None:
        raise NoSettings(Message("{file} is for a tab that is not here: {tab}", file=name, tab=str(tab)[:60]))
    link = checked(experiment, record["settings"])
    remarks, run = list(link.remarks), None
    declared = experiment.inputs()
    if "frame" in record and any(declared[n].heavy and n not in link.settings for n in declared):
        remarks.append(NO_PICTURE)
    if archives.is_archive(path):
        run = None if remarks else frames_back(path, record, experiment(**link.settings), engine, runs)
        remarks += [] if run else [NO_FRAMES]
    model, here = MadeWith.of(record.get("model")), MadeWith.running(engine.networks)
    remarks += model.remarks(here) if model else []
    taken, resized = link.settings, []
    if run is None:
        taken, resized = suited_from(model, here, taken, engine.networks.defaults)
    remarks += resized
    return Restored(name, experiment, taken, tuple(remarks), run)


def frames_back(
    path: Path, record: Mapping[str, Any], experiment: Experiment, engine: Engine, runs: Runs
) -> Run | None:
    """A new run with the pictures of an archive; None if there are none, or if they are not of these settings."""
    whole = experiment.resolved(engine.networks.defaults)
    if whole != experiment:  # an archive says all settings; the model's own may have been others
        return None
    try:
        plan = whole.plan(engine)
    except InputError:
        return None
    made = make_record(whole.name(), whole.settings(), {"name": "another", **_words(record.get("model"))}, plan)
    made |= {"versions": _words(record.get("versions")), "created": str(record.get("created"))[:40]}
    made |= {"read_as": read_as} if (read_as := _words(record.get("read_as"))) else {}
    if _places(record.get("frames")) != _places(made["frames"]):
        return None
    runs.tidy()
    run = runs.create(made, len(plan.places))
    _add_pictures(run, path, max(Experiment.inputs()[side].high for side in ("width", "height")))
    run.finish(notes=_notes(restored(record.get("notes"), record.get("messages")), run.count))
    if run.ready:
        return run
    runs.delete(run.name)
    return None


def _add_pictures(run: Run, path: Path, longest: int) -> None:
    """As many as there are: a broken picture is left out, and in a broken archive those after it."""
    with _strange():
        for index, png in archives.read_pictures(path, run.count, longest):
            with _strange():
                run.add(index, png)


@contextmanager
def _strange() -> Iterator[None]:
    """Goes on behind the block whatever it raises over a stranger's file: a parser may raise anything at all."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:  # a full disk is ours
            raise


def _places(frames: Any) -> list[list[float]] | None:
    """The coordinates of frames; None where there are none to be had."""
    try:
        return [list(frame["coordinates"]) for frame in frames]
    except (TypeError, KeyError, IndexError):
        return None


def _words(found: Any) -> dict[str, str]:
    """What a file says of its model or versions, in short words."""
    given = found if isinstance(found, dict) else {}
    return {str(key)[:40]: value[:MAX_WORDS] for key, value in list(given.items())[:20] if isinstance(value, str)}


def _notes(found: Any, count: int) -> dict[int, str]:
    given = found if isinstance(found, dict) else {}
    return {
        int(key): note if len(note) <= MAX_NOTE else note[:MAX_NOTE]
        for key, note in given.items()
        if isinstance(note, str) and len(key) < 6 and key.isdecimal() and int(key) < count
    }


def _of_another(name: str, found: Foreign, experiments: Mapping[str, type[Experiment]], engine: Engine) -> Restored:
    """Another program's picture as a set of one: the tab that has one prompt and a list of guidance scales."""
    for experiment in experiments.values():
        fields = _single(experiment)
        if fields is not None:
            prompt, scales = fields
            ours = {setting: setting for setting in foreign.NAMES} | {"prompt": prompt, "guidance_scale": scales}
            given, resized = _for_this_model(found, engine)
            if "guidance_scale" in given:
                given["guidance_scale"] = [given["guidance_scale"]]
            link = checked(experiment, {ours[setting]: value for setting, value in given.items()})
            remarks, left = (*found.remarks, *resized, *link.remarks), frozenset(ours.values()) - set(link.settings)
            return Restored(name, experiment, link.settings, remarks, program=found.program, left=left)
    what = {"file": name, "program": found.program}
    raise NoSettings(Message("{file} is a picture of {program}, and no tab here makes single pictures.", **what))


def _for_this_model(found: Foreign, engine: Engine) -> tuple[dict[str, Any], list[str]]:
    """The settings with a size that suits this model, where the file names another one or the size is far from it."""
    defaults, model = engine.networks.defaults, MadeWith.of({"name": found.model})
    if is_far(found.settings, defaults):
        return suited(found.settings, defaults)
    return suited_from(model, MadeWith.running(engine.networks), found.settings, defaults)


def _single(experiment: type[Experiment]) -> tuple[str, str] | None:
    """The names of an experiment's one prompt and its list of guidance scales, if it has no more than these."""
    guidance, own = Experiment.inputs()["guidance_scale"], experiment.own_inputs()
    prompts = [name for name, declared in own.items() if declared.speaks or declared.heavy]
    scales = [
        name
        for name, declared in own.items()
        if declared.widget.maker == "numbers" and (declared.low, declared.high) == (guidance.low, guidance.high)
    ]
    single = len(prompts) == len(scales) == 1 and own[prompts[0]].widget.maker == "text"
    return (prompts[0], scales[0]) if single else None
