"""The page, served: flags and environment, engine, page, launch. `latent-explorer --help` lists them."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from explorer import load
from explorer.command_line import add_model_flags, model_options, quiet_libraries
from explorer.engine.companions import join
from explorer.engine.models import ModelError
from explorer.experiments import registry
from explorer.outputs.runs import GIB, Runs
from explorer.outputs.taught_words import TaughtWords
from explorer.ui.cards import VARIABLE, public_address
from explorer.ui.limits import PREFIX, LimitError, Limits, on_a_space, variables
from explorer.ui.page import build_page, launch_options
from explorer.ui.shipped import shipped


def make_parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    """The flags of the command line; their defaults come from the environment, because a Space passes no flags."""
    limits = "\n".join(f"  {name}: {meaning} ({value})" for name, (meaning, value) in variables().items())
    parser = argparse.ArgumentParser(
        "latent-explorer",
        description="Serves a browser playground for the latent spaces of Stable Diffusion.\n"
        "`latent-explorer EXPERIMENT --help` says how to render to a file instead.",
        epilog=f"Experiments: {', '.join(registry())}.\n\n"
        f"{PREFIX}MODEL, {PREFIX}DRAFT_MODEL, {PREFIX}CACHE_FOLDER and {PREFIX}RUNS_FOLDER\n"
        "stand in for the flags of those names, GRADIO_SERVER_NAME and GRADIO_SERVER_PORT for --host and --port.\n"
        "Behind a reverse proxy that serves the page under a path, GRADIO_ROOT_PATH names that path, as /explorer.\n\n"
        f"{VARIABLE} says where strangers find the page, as https://example.org/explorer: a Space's own, unless it\n"
        "says another or none. Shared links are there, with a picture in their cards.\n\n"
        f"Limits for visitors (and what each is on a Hugging Face Space; elsewhere there is none):\n{limits}\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_model_flags(parser)
    host = environ.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_a_space(environ) else "127.0.0.1")
    parser.add_argument(
        "--draft-model",
        help="a few-step model, or a LoRA file of one, that draws the drafts: one with the model's own text encoder. "
        'If not given, sd-turbo for sd21 and sdxl-turbo for sdxl, where they are on this machine; "none" is none',
    )
    parser.add_argument("--host", default=host, help=f"0.0.0.0 serves the whole network ({host})")
    parser.add_argument(
        "--port", type=_port, default=environ.get("GRADIO_SERVER_PORT") or 7860, help="7860 if not given"
    )
    parser.add_argument(
        "--runs-folder",
        type=Path,
        help=f"where runs are kept, until there are more than {Runs.max_bytes // GIB} GiB of them (the oldest go) or "
        f"they are {Runs.max_age / 86400:.0f} days old; several servers may share it (runs in the cache folder)",
    )
    for flag in ("model", "draft_model", "cache_folder", "runs_folder"):
        if value := environ.get(PREFIX + flag.upper()):
            parser.set_defaults(**{flag: value if flag.endswith("model") else Path(value)})
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed: a whole number from 1 to 65535")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Loads the model, draws the page and serves it until it is interrupted. What cannot be is a sentence and 2."""
    args = make_parser(os.environ).parse_args(argv)
    quiet_libraries()
    try:
        limits, address = Limits.of(os.environ), public_address(os.environ)
        options = model_options(args)
        engine = load(**options)
        join(engine, options.pop("model"), args.draft_model, **{n: o for n, o in options.items() if n != "store_gb"})
    except (ModelError, LimitError) as error:
        print(f"latent-explorer: {error}", file=sys.stderr)
        return 2
    folder = args.runs_folder or (args.cache_folder or user_cache_path("latent-explorer")) / "runs"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts are nobody else's business on this machine
    except OSError as error:
        said = f"runs cannot be kept in {folder} ({error.strerror}): try --runs-folder"
        print(f"latent-explorer: {said}", file=sys.stderr)
        return 2
    gallery = shipped(registry())
    words = TaughtWords(folder.resolve().parent / "words")
    page = build_page(engine, Runs(folder.resolve()), registry(), limits, gallery, words=words, address=address)
    page.queue(api_open=False, max_size=limits.queue)
    try:
        page.launch(server_name=args.host, server_port=args.port, prevent_thread_lock=True, **launch_options())
    except OSError:  # Gradio says "Cannot find empty port" for whatever reason the address cannot be had
        print(f"latent-explorer: {args.host}:{args.port} is in use, or not this machine's: try --port", file=sys.stderr)
        return 2
    threading.Thread(target=engine.warm_up, daemon=True).start()
    page.block_thread()
    sys.stdout.flush()
    os._exit(0)  # a render may be under way, and Python aborts when it ends under a thread that is inside torch
