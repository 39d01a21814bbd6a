"""The model card: what the model can and cannot draw, how it was made, from what, and its figures.

Contract: card.md is the text, and every number in it is filled in from the report's figures or read from the model's
own files. The history of the figures is a list, history.json beside the card, one entry a set of weights. It measures
nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from string import Template
from typing import Any

from safetensors import safe_open

from explorer.engine import checkpoint
from training.claims import VALUES
from training.subjects import COMMON
from training.tables import Figures, judged, megabytes, spread, spread_of_seeds, table
from training.wider import MIX_OF

BUNDLED = Path(__file__).resolve().parents[1] / "assets" / "pocket"
LEFT_OUT = ("subjects", "text_encoder", "settings")  # of the history: long, and told by the card of its time
WORST = 30  # subjects


def write(folder: Path, found: Figures, bundled: Path = BUNDLED) -> None:
    """Writes README.md, history.json and NOTICE.md into F/pocket.

    Args:
        found: the report's figures of F/pocket.
        bundled: the folder of the weights in use so far, whose history goes on; it is only read.
    """
    pocket = folder / "pocket"
    past = history(folder, bundled, found)
    notice = folder / "sources" / "NOTICE.md"
    if notice.exists():
        shutil.copyfile(notice, pocket / "NOTICE.md")
    (pocket / "README.md").write_text(card(pocket, found, past))
    (pocket / "history.json").write_text(json.dumps(past, indent=1) + "\n")


def history(folder: Path, bundled: Path, found: Figures) -> list[dict[str, Any]]:
    """The figures of earlier sets of weights, oldest first, and `found` last, without what is too long to keep.

    Those that were measured in full in this work folder are told as they were found there, so by one judge.
    """
    file = bundled / "history.json"
    past = {entry["digest"]: entry for entry in json.loads(file.read_text())} if file.exists() else {}
    past.setdefault(checkpoint.fingerprint(checkpoint.open_folder(bundled, "bundled"))[:12], None)
    for digest in past:
        measured = folder / "report" / f"{digest}.json"
        if measured.exists():
            past[digest] = _entry(json.loads(measured.read_text()))
    return [entry for digest, entry in past.items() if entry and digest != found["digest"]] + [_entry(found)]


def card(pocket: Path, found: Figures, past: Sequence[Figures]) -> str:
    """The card of a model in diffusers' format, as Markdown."""
    unet, _ = _configuration(pocket, "unet")
    smooth, size = found["smoothness"], found["size"]
    command = "make pocket-report" if found["extent"] == "full" else f"make pocket-report, {found['extent']}"
    places = {
        "size": megabytes(size["bytes"]),
        "largest": megabytes(size["largest_bytes"]),
        "largest_name": size["largest"],
        "parts": parts(pocket),
        "pixels": 8 * unet["sample_size"],  # the autoencoder's factor
        **found["settings"],
        **{f"{name}s": ", ".join(values) for name, values in VALUES.items()},
        **{name: _share(found, f"{name}, first 1") for name in (*VALUES, *MIX_OF) if name != "both"},
        "both": _share(found, "both, first 5"),
        "spread": spread_of_seeds(found["spread"]) if "spread" in found else "not measured",
        "core": found["core"],
        "subject_1": _share(found, "subject, first 1"),
        "subject_5": _share(found, "subject, first 5"),
        "unseen_10": _share(found, "unseen, first 10"),
        "texts": texts(found["text_encoder"]),
        **subjects(found["subjects"]),
        "judged": judged(found),
        "speed": speed(found),
        "small_decoder": small_decoder(found.get("small_decoder")),
        "psnr": found["autoencoder"]["psnr_db"],
        "psnr_pictures": found["autoencoder"]["pictures"],
        "uneven_judge": smooth["judge"]["unevenness"],
        "uneven_pixels": smooth["pixels"]["unevenness"],
        "films": f"{smooth['judge']['of']} pairs",
        "measured": found["measured"],
        "machine": found["machine"],
        "command": command,
        "history": table(past),
    }
    return Template(Path(__file__).with_name("card.md").read_text(encoding="utf-8")).substitute(places)


def subjects(ranks: Mapping[str, int]) -> dict[str, str]:
    """Which were recognised, from the rank of each subject: "best" and "missed" common ones, "worst" of all."""
    common = [name for name in COMMON if name in ranks]
    worst = sorted((name for name in ranks if ranks[name] > 5), key=lambda name: (-ranks[name], name))[:WORST]
    return {
        "best": _listed([name for name in common if ranks[name] == 1]),
        "missed": _listed([name for name in common if ranks[name] > 5]),
        "worst": _listed([f"{name} ({ranks[name]})" for name in worst]),
    }


def parts(pocket: Path) -> str:
    """The networks as a table: class, shape, weights."""
    text, words = _configuration(pocket, "text_encoder")
    unet, inner = _configuration(pocket, "unet")
    vae, pixels = _configuration(pocket, "vae")
    widths = ", ".join(map(str, unet["block_out_channels"]))
    shapes = {
        "text encoder": f"`CLIPTextModel`, {text['num_hidden_layers']} layers, {text['hidden_size']} wide, "
        f"{text['max_position_embeddings']} tokens, {text['vocab_size']:,} byte pairs | {_millions(words)}",
        "UNet": f"`{unet['_class_name']}`, channels ({widths}), {unet['layers_per_block']} residual blocks a level, "
        f"on {unet['sample_size']} x {unet['sample_size']} x {unet['in_channels']} latents | {_millions(inner)}",
        "autoencoder": f"`{vae['_class_name']}`, {vae['latent_channels']} latent channels | {_millions(pixels)}",
    }
    lines = [
        "| part | class | weights |",
        "|---|---|---|",
        *(f"| {name} | {shape} |" for name, shape in shapes.items()),
    ]
    return "\n".join(lines)


def speed(found: Figures) -> str:
    """Seconds a picture, a line each."""
    line = "- Seconds a picture, {name}: {median} (median; {shortest} to {longest})."
    return "\n".join(line.format(name=name, **seconds) for name, seconds in found["seconds"].items())


def texts(encoder: Mapping[str, Any]) -> str:
    """What the text encoder takes words for, and the figures of its training where they are known."""
    near = "; ".join(f"{word}: {', '.join(names)}" for word, names in encoder["nearest"].items())
    learnt = {name.replace("_", " "): figure for name, figure in encoder.items() if name != "nearest"}
    told = "".join(f", {name} {figure}" for name, figure in learnt.items())
    return f"- Text encoder{told}. Nearest core subjects of some words: {near}."


def small_decoder(found: Mapping[str, Any] | None) -> str:
    """Its line; empty where there is none."""
    if not found:
        return ""
    line = (
        "- Small decoder (`small_decoder/`, for drafts): {small_psnr_db} dB on {pictures} composites where the full\n"
        "  one has {full_psnr_db} dB, at {cost:.0%} of its multiplications.\n"
    )
    return line.format(**found)


def _share(found: Figures, name: str) -> str:
    return spread(found["shares"][name]) if name in found["shares"] else "no question"


def _entry(found: Figures) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in LEFT_OUT}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _configuration(pocket: Path, part: str) -> tuple[dict[str, Any], int]:
    """A part's configuration, and how many weights it has."""
    count = 0
    for file in (pocket / part).glob("*.safetensors"):
        with safe_open(file, "pt") as tensors:
            count += sum(prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
    return json.loads((pocket / part / "config.json").read_text()), count


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f} M"
