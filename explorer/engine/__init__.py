"""Turns points into frames: the only room with weights. It does not know experiments, runs or the page."""
