"""TrajectoryView: denoisings in the browser, up to four in step with each other, scrubbed from noise to picture.

Contract: a drop-in for FilmView, with the same value, the same state and the same rules (see `views`); `index` of the
state is the frame shown in the chosen lane. What frames.json says of each frame decides the rest: `coordinates` are
(lane, step, layer), and `settings` has `steps`, `sigma`, the `layer`'s name, `prompt` and `guidance_scale`. A layer
whose name is not among the words below is shown under its own name. It does not know how a step is drawn.
"""

from __future__ import annotations

from explorer.ui.views import RunView

TRAJECTORY_TEXTS = {
    "layers": "What to show",
    "predicted": "Predicted picture",
    "noisy": "Noisy latents",
    "alone": "Without guidance",
    "guidance": "Guidance effect",
    "predicted hint": "What the network, with guidance, expects the finished picture to be.",
    "noisy hint": "What the network is given at this step, decoded as if it were a picture already.",
    "alone hint": "What it would expect at this step if the prompt alone were asked; guidance exaggerates from here.",
    "guidance hint": "How far guidance moves the prediction away from the prompt alone, in standard deviations of the "
    "latents: black is not at all, pale yellow 10 or more. A square is one latent.",
    "measured": "Here: {measured}.",
    "honest": "Step 10 of 30 is not a 10-step picture: a run of 10 steps takes longer strides and ends without noise, "
    "step 10 of 30 is a stop on the way.",
    "lanes": "Pictures side by side",
    "lane": "{name}: {caption}",
    "untitled": "the picture",
    "guided": "guidance {scale}",
    "play": "Play",
    "pause": "Pause",
    "scrub": "Step",
    "place": "step {step} of {steps}",
    "sigma": "noise level σ = {sigma}",
    "louder": "the noise is {times} times as strong as the picture",
    "softer": "the noise has {percent} % of the picture's strength",
    "curve": "noise level σ, logarithmic",
    "save": "Save picture",
    "keys": "Arrow keys, Home and End go through the steps, the space bar plays.",
    "coming": "step {step} is still to come",
    "showing": "step {step} is still to come; showing step {other}",
    "loading": "step {step} is loading; showing step {other}",
    "lost": "step {step} could not be loaded; showing step {other}",
    "nothing": "At guidance 0 the prompt is not asked: there is nothing to compare.",
    "gone": "These pictures are no longer on the server. Render again to see them.",
    "waiting": "The first step is on its way",
    "preview": "Step {step} of {steps}, predicted picture",
    "empty": "Your trajectory will appear here",
    "hint": "Press Render and watch a picture come out of noise. Then go through its steps, back and forth.",
}


class TrajectoryView(RunView):
    """A run as denoisings side by side: one scrubber over the steps, a switch of what is drawn, the noise level."""

    widget = "trajectory"
    scripts = ("bits.js", "reel.js", "pane.js", "curve.js", "lanes.js")
    words = TRAJECTORY_TEXTS
