"""`python -m training`: every stage in order, or those that are named; what is there already is not made again."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import replace
from pathlib import Path

from training.recipe import RECIPES

STAGES = (
    "sources",
    "drawings",
    "words",
    "parts",
    "autoencoder",
    "tokenizer",
    "text_encoder",
    "latents",
    "small_decoder",
    "unet",
    "judge",
    "pack",
    "report",
)


def main(arguments: list[str] | None = None) -> None:
    """Runs the stages. A stage that was stopped goes on where it was."""
    parser = _parser()
    flags = parser.parse_args(arguments)
    recipe = RECIPES[flags.recipe]
    if flags.unet_steps is not None:
        if flags.unet_steps < 1:
            parser.error(f"--unet-steps = {flags.unet_steps} is not allowed: 1 or more")
        recipe = replace(recipe, unet=replace(recipe.unet, steps=flags.unet_steps))
    if flags.at_most is not None:
        if flags.at_most < 1:
            parser.error(f"--at-most = {flags.at_most} is not allowed: 1 or more")
        recipe = replace(
            recipe, portions=tuple(each._replace(count=min(each.count, flags.at_most)) for each in recipe.portions)
        )
    if flags.model is not None and not (flags.model / "model_index.json").is_file():
        parser.error(f"--model = {str(flags.model)!r} is not allowed: a folder in diffusers' format")
    flags.folder.mkdir(parents=True, exist_ok=True)
    for name in flags.stages or STAGES:
        stage = importlib.import_module(f"training.{name}")
        print(f"{name}: {(stage.__doc__ or '').splitlines()[0]}", file=sys.stderr)
        asked = {"report": {"model": flags.model, "quick": flags.quick}, "unet": {"compiled": flags.compile}}
        stage.run(flags.folder, recipe, **asked.get(name, {}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("stages", nargs="*", choices=[[], *STAGES], metavar="STAGE", help=f"any of {', '.join(STAGES)}")
    parser.add_argument(
        "--folder", type=Path, default=Path("pocket-work"), help="the work folder (default pocket-work)"
    )
    parser.add_argument("--recipe", choices=sorted(RECIPES), default="pocket", help="whose numbers (default pocket)")
    parser.add_argument("--unet-steps", type=int, help="other than the recipe's: more go on from the checkpoint")
    parser.add_argument("--at-most", type=int, help="composites of each mix for the UNet: a start while more are made")
    parser.add_argument("--compile", action="store_true", help="torch.compile for the UNet (needs a C++ compiler)")
    parser.add_argument("--model", type=Path, help="what is reported on (default pocket in the work folder)")
    parser.add_argument("--quick", action="store_true", help="a report of every fourth question")
    return parser


if __name__ == "__main__":
    main()
