"""Latent Explorer's page: flags, engine, page, launch. `python app.py --help` lists the flags."""

import argparse
import os
import sys
import tempfile
import threading
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from explorer import load
from explorer.command_line import add_model_flags, model_options, quiet_libraries
from explorer.engine.models import ModelError
from explorer.experiments import registry
from explorer.outputs.runs import Runs
from explorer.ui.page import build_page, launch_options


def parse_flags() -> argparse.Namespace:
    """The flags of the command line."""
    parser = argparse.ArgumentParser(description="A browser playground for the latent spaces of Stable Diffusion.")
    add_model_flags(parser)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 serves the whole network (127.0.0.1)")
    parser.add_argument("--port", type=int, default=7860, help="7860 if not given")
    parser.add_argument("--runs-folder", type=Path, help="where runs are kept; a temporary folder if not given")
    return parser.parse_args()


def main() -> int:
    """Loads the model, draws the page and serves it until it is interrupted."""
    args = parse_flags()
    quiet_libraries()
    try:
        engine = load(**model_options(args))
    except ModelError as error:
        print(f"latent-explorer: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="latent-explorer-runs-", ignore_cleanup_errors=True) as temporary:
        page = build_page(engine, Runs(args.runs_folder or Path(temporary)), registry())
        page.queue(api_open=False, max_size=32)
        try:
            page.launch(server_name=args.host, server_port=args.port, prevent_thread_lock=True, **launch_options())
        except OSError:  # Gradio says "Cannot find empty port" for whatever reason the address cannot be had
            print(
                f"latent-explorer: {args.host}:{args.port} is in use, or not this machine's: try --port",
                file=sys.stderr,
            )
            return 2
        threading.Thread(target=engine.warm_up, daemon=True).start()
        page.block_thread()
    sys.stdout.flush()
    os._exit(0)  # a render may be under way, and Python aborts when it ends under a thread that is inside torch


if __name__ == "__main__":
    sys.exit(main())
