"""`latent-explorer EXPERIMENT ...`: the same experiments, their flags derived from their declared inputs.

    latent-explorer interpolation --prompts "a cat" "a dog" --frames 24 --out cat-dog.gif
    latent-explorer teach-a-word --pictures *.png --word "<bolt>" --like cat --out bolt.zip

`--out` says what is made by its suffix: .gif, .mp4, .webp, .zip, .png (a labelled sheet), or a folder of PNGs when it
has none.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import diffusers
import transformers

from explorer import load, render, speaking, teach_command
from explorer.engine.concept_files import read_file
from explorer.engine.concepts import Use, Uses
from explorer.engine.fluent import Fluent
from explorer.engine.lessons import LessonError
from explorer.engine.models import KNOWN, ModelError
from explorer.experiments import registry
from explorer.experiments.base import Experiment
from explorer.experiments.inputs import Input, InputError
from explorer.experiments.inputs.taught import STRONGEST
from explorer.experiments.tails import PromptWarning, tails
from explorer.outputs.enlarging import SIDE, SIDES, Look
from explorer.outputs.export import AS_DRAWN, FORMATS, export
from explorer.outputs.records import make_record
from explorer.outputs.runs import Runs
from explorer.ui.offline import offline_view

if TYPE_CHECKING:
    from explorer.engine.engine import Engine, Frame


def add_model_flags(parser: argparse.ArgumentParser) -> None:
    """The flags that choose and fit a model, for this command and for the page."""
    known = ", ".join(model.name for model in KNOWN)
    parser.add_argument("--model", default="pocket", help=f"a local folder, a .safetensors file, a hub id, or {known}")
    parser.add_argument("--config", help="for a .safetensors file: the diffusers folder or hub id it is configured as")
    parser.add_argument("--device", help="cuda, mps or cpu; the best that works if not given")
    parser.add_argument("--dtype", help="float32, bfloat16 or float16; the fastest measured here if not given")
    parser.add_argument("--cpu-offload", action="store_true", help="CUDA: keep on the GPU only the network at work")
    parser.add_argument("--vae-tiling", action="store_true", help="decode large pictures in tiles, for less memory")
    parser.add_argument("--attention-slicing", action="store_true", help="MPS: attention in slices, for less memory")
    parser.add_argument("--cache-folder", type=Path, help="where finished frames are kept")
    parser.add_argument("--store-gb", type=float, default=4.0, help="how many gigabytes of finished frames (4)")


def model_options(args: argparse.Namespace) -> dict[str, Any]:
    """What `explorer.load` takes, from the flags of `add_model_flags`."""
    names = ("model", "config", "device", "dtype", "cpu_offload", "vae_tiling", "attention_slicing")
    return {name: getattr(args, name) for name in (*names, "cache_folder", "store_gb")}


def quiet_libraries() -> None:
    """Keeps the libraries' notes to developers (a missing torchvision, say) away from people who ask for pictures."""
    transformers.logging.set_verbosity_error()
    diffusers.logging.set_verbosity_error()


def add_input(parser: argparse.ArgumentParser, name: str, declared: Input, default: Any) -> None:
    """The flag of one declared input, with its bounds in the help."""
    shown = "" if default is None else declared.shown(default)
    of_the_model = default is None and name in Experiment.inputs()
    default_text = "the model's own" if of_the_model else shown or "none"
    text = f"{declared.help} {declared.allowed[0].upper()}{declared.allowed[1:]}. Default: {default_text}."
    if declared.flag is None:
        return
    options = {"default": default, "dest": name, "help": text.replace("%", "%%"), **declared.flag}
    parser.add_argument("--" + name.replace("_", "-"), **options)


def make_parser() -> argparse.ArgumentParser:
    """A sub-command an experiment."""
    parser = argparse.ArgumentParser("latent-explorer", description="Travel through latent space.")
    commands = parser.add_subparsers(dest="experiment", required=True, metavar="EXPERIMENT")
    for name, experiment in registry().items():
        command = commands.add_parser(name, help=experiment.__doc__, description=experiment.__doc__)
        for field, declared in experiment.inputs().items():
            for flag, (kind, default) in declared.flags(field, getattr(experiment, field)).items():
                add_input(command, flag, kind, default)
        endings = ", ".join(f".{format}" for format in FORMATS)
        command.add_argument("--out", type=Path, required=True, help=f"a file ending in {endings}, or a folder")
        low, high = SIDES
        command.add_argument(
            "--enlarge",
            type=int,
            metavar="PIXELS",
            help=f"enlarges smaller pictures until the longer side has so many pixels, {low} to {high} (the page: "
            f"{SIDE}); a sheet's as far as is reasonable, a ZIP's never. As they were drawn if not given",
        )
        command.add_argument("--captions", action="store_true", help="films and PNGs with a caption under each picture")
        command.add_argument(
            "--concept",
            action="append",
            default=[],
            metavar="FILE[=STRENGTH]",
            help="a taught word for the prompts: a ZIP of teach-a-word, or the .safetensors of an embedding or a LoRA; "
            "its strength is a number from 0 to 1.5. May be given several times",
        )
        add_model_flags(command)
    teaching = commands.add_parser(teach_command.NAME, help="Teach a word.", description=teach_command.__doc__)
    teach_command.add_flags(teaching)
    add_model_flags(teaching)
    return parser


def settings(args: argparse.Namespace, experiment: type[Experiment]) -> dict[str, Any]:
    """The experiment's settings as they were given, unchecked."""
    given = {}
    for name, declared in experiment.inputs().items():
        if declared.flag is None:
            continue
        flags = declared.flags(name, getattr(experiment, name))
        given[name] = declared.from_flags({flag: getattr(args, flag) for flag in flags})
    return given


def uses_of(given: Sequence[str], engine: Engine) -> list[Use]:
    """The taught words that `--concept` named. Raises ModelError for a file, InputError for a strength."""
    found = []
    for text in given:
        path, _, strength = text.rpartition("=") if "=" in text else (text, "", "1")
        try:
            number = float(strength)
        except ValueError:
            number = -1.0
        if not 0 <= number <= STRONGEST:
            raise InputError("concept", text, f"FILE or FILE=STRENGTH, a number from 0 to {STRONGEST:g}")
        found.append(Use(read_file(Path(path), engine.networks), number))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Renders what the arguments say. Errors are one sentence on stderr and exit code 2."""
    args = make_parser().parse_args(argv)
    quiet_libraries()
    try:
        if args.experiment == teach_command.NAME:
            lesson = teach_command.lesson_of(args)
            teach_command.teach(lesson, load(**model_options(args)), args.out)
            print(args.out)
            return 0
        format, experiment = out_format(args.out), registry()[args.experiment]
        made = experiment(**settings(args, experiment))
        produce(made, args.out, format, model_options(args), args.concept, look=look_of(args))
    except (
        InputError,
        LessonError,
        ModelError,
        OSError,
    ) as error:  # OSError: there is no room at `out`, or no right to write
        print(f"latent-explorer: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nlatent-explorer: stopped; what is finished so far is kept for the next time", file=sys.stderr)
        return 130
    return 0


def out_format(out: Path) -> str | None:
    """The export format of a file name, None for a folder. Raises InputError for another suffix."""
    suffix = out.suffix.lower().lstrip(".")
    if suffix and suffix not in FORMATS:
        raise InputError("out", str(out), f"a file ending in {', '.join(FORMATS)}, or a folder")
    return suffix or None


def look_of(args: argparse.Namespace) -> Look:
    """How the pictures leave. Raises InputError."""
    try:
        return Look(args.enlarge, args.captions)
    except ValueError:
        raise InputError("enlarge", args.enlarge, "a whole number from {} to {}".format(*SIDES)) from None


def produce(
    experiment: Experiment,
    out: Path,
    format: str | None,
    options: dict[str, Any],
    concepts: Sequence[str] = (),
    *,
    look: Look = AS_DRAWN,
) -> None:
    """Renders the experiment with a progress bar and leaves the export at `out`. `concepts` as `--concept` has them."""
    (out if format is None else out.parent).mkdir(parents=True, exist_ok=True)  # before hours of work, not after
    engine = load(**options)
    uses = uses_of(concepts, engine)
    experiment = speaking(experiment, uses).resolved(engine.defaults)
    plan = experiment.plan(Fluent(engine, uses))
    with tempfile.TemporaryDirectory() as folder:
        read_as = engine.read_as(experiment.prompts_used())
        record = make_record(experiment.name(), experiment.settings(), engine.model, plan, read_as)
        run = Runs(Path(folder)).create(record, len(plan.places))
        for frame in _frames(experiment, engine, uses):
            run.add(frame.index, frame.png)
        run.finish()
        if format is None:
            for picture in run.pictures:
                (out / picture.name).write_bytes(look.png(picture.read_bytes()))
            shutil.copy(run.folder / "run.json", out)
        else:
            playback, beside = plan.shown.playback, partial(offline_view, experiment.view)
            made = export(run, format, fps=playback.fps, loop=playback.loop, beside=beside, look=look)
            shutil.copy(made, out)
    print(out)


def _frames(experiment: Experiment, engine: Engine, uses: Uses) -> Iterator[Frame]:
    """As `explorer.render` gives them; its warnings of how prompts are read are one line on stderr here."""
    cut_off = Fluent(engine, uses).cut_off
    if sentences := [*engine.remarks(experiment.prompts_used()), *tails(experiment, cut_off)]:
        print("latent-explorer:", *". ".join(sentences).split(), file=sys.stderr)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PromptWarning)
        return render(experiment, engine, concepts=uses)
