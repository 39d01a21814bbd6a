"""Speed and memory against peers, in one run, as ratios: `python -m bench`."""
