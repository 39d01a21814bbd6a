"""The command `latent-explorer`, which is also `python -m explorer`: the page, or an experiment rendered to a file.

latent-explorer                                                          serves the page
latent-explorer --port 8000 --model sd15                                 with flags of its own: --help lists them
latent-explorer interpolation --prompts "a cat" "a dog" --out film.gif   renders: what begins with a word
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Does what the arguments say (None: those of the process) and returns the exit code: 0, 2 or 130."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # Gradio reads it when it is imported
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")  # it has notes for developers when it is imported
    if arguments and not arguments[0].startswith("-"):
        from explorer.command_line import main as rendered

        return rendered(arguments)
    from explorer.app import main as served

    return served(arguments)


if __name__ == "__main__":
    sys.exit(main())
