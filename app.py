"""Latent Explorer from its folder, as `make run` and a Hugging Face Space start it: the command `latent-explorer`."""

import sys

from explorer.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
