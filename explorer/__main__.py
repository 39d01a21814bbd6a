"""`python -m explorer`: the experiments from a command line."""

import sys

from explorer.command_line import main

if __name__ == "__main__":
    sys.exit(main())
