"""Concepts as files, in the forms of the field: ours out, everybody's in.

Out goes a ZIP: `learned_embeds.safetensors` and `pytorch_lora_weights.safetensors`, as diffusers'
`load_textual_inversion` and `load_lora_weights` read them, and `concept.json`, which says what it is. In come such a
ZIP, and single safetensors files: embeddings of diffusers and of CivitAI (`emb_params`), SDXL's (`clip_l` and
`clip_g`), LoRAs of diffusers (old and new), PEFT and kohya, for the UNet and the text encoders.

Contract: nothing but safetensors and JSON is opened, whatever a file is called; every bound is on what is really read.
What cannot be taken is a ConceptError of one sentence. Read files are for the networks they are read for.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from explorer.engine.concepts import WORD, Concept
from explorer.engine.families import ModelError
from explorer.engine.networks import Networks
from explorer.files import zips
from explorer.messages import Message
from explorer.space.adapters import Adapter

MOST_BYTES = 2**30
EMBEDS, LORA, RECORD = "learned_embeds.safetensors", "pytorch_lora_weights.safetensors", "concept.json"
MOST_VECTORS = 75
_RECORD_BYTES = 2**16

_DOWN = re.compile(r"(\.lora_down|\.lora_A(?:\.default)?|\.lora\.down|_lora\.down|\.lora_linear_layer\.down)\.weight$")
_UP = {"lora_down": "lora_up", "lora_A": "lora_B", ".down": ".up"}
_PARTS = (
    ("lora_unet_", "unet"),
    ("lora_te1_", "text_encoder"),
    ("lora_te2_", "text_encoder_2"),
    ("lora_te_", "text_encoder"),
    ("text_encoder_2.", "text_encoder_2"),
    ("text_encoder.", "text_encoder"),
    ("base_model.model.", "unet"),
    ("unet.", "unet"),
)
"""How layers of a part begin, in the names of kohya, diffusers and PEFT."""

_OTHERS = {
    r"dora_scale|lora_magnitude_vector": "a DoRA",
    r"\.hada_w": "a LoHa",
    r"\.lokr_w": "a LoKr",
    r"\.lora_mid": "a LoCon in three parts",
    r"\.oft_": "an OFT",
    r"\.diff(_b)?$": "a change of whole weights",
}
"""What looks like a LoRA and is another thing, by patterns of its names."""


class ConceptError(ModelError):
    """A file that no concept can be had from; the message is one sentence."""


def zipped(concept: Concept, record: Mapping[str, Any]) -> bytes:
    """The ZIP of a concept; `record` says besides what is known of its making."""
    buffer = io.BytesIO()
    said = {"explorer": 1, "word": concept.word, "like": concept.like, "digest": concept.digest.hex(), **record}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        if concept.vectors and len(concept.vectors[0]):
            archive.writestr(_member(EMBEDS), safetensors.torch.save(_embeds(concept)))
        if concept.adapter is not None:
            archive.writestr(_member(LORA), safetensors.torch.save(_peft(concept.adapter)))
        archive.writestr(_member(RECORD), json.dumps(said, indent=1, ensure_ascii=False))
    return buffer.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    """Without a time: the same concept gives the same bytes."""
    return zipfile.ZipInfo(name)


def _embeds(concept: Concept) -> dict[str, Tensor]:
    names = [concept.word] if len(concept.vectors) == 1 else ["clip_l", "clip_g"]
    return {name: vectors.contiguous() for name, vectors in zip(names, concept.vectors, strict=True)}


def _peft(adapter: Adapter) -> dict[str, Tensor]:
    named: dict[str, Tensor] = {}
    for path, (down, up) in adapter.layers.items():
        named |= {f"{path}.lora_A.weight": down.contiguous(), f"{path}.lora_B.weight": up.contiguous()}
    return named


def record_of(file: bytes) -> dict[str, Any]:
    """What a ZIP of ours says of itself; {} for every other file."""
    try:
        with zips.opened(io.BytesIO(file)) as archive:
            entry = zips.members(archive).get(RECORD)
            found = json.loads(zips.content(archive, entry, _RECORD_BYTES)) if entry else {}
    except Exception:  # a stranger's archive may raise anything at all
        return {}
    return found if isinstance(found, dict) else {}


def read_file(path: Path, networks: Networks) -> Concept:
    """The concept in a file on this machine. Raises ConceptError."""
    try:
        with path.open("rb") as file:
            return read(file.read(MOST_BYTES + 1), path.name, networks)
    except OSError as error:
        raise ConceptError(f"{path} cannot be read ({error.strerror}).") from None


def read(file: bytes, name: str, networks: Networks) -> Concept:
    """The concept in a file of that name, for these networks. Raises ConceptError."""
    if len(file) > MOST_BYTES:
        raise ConceptError(
            Message("{file} has more than {n} GB, which is no concept.", file=name, n=round(MOST_BYTES / 2**30))
        )
    if Path(name).suffix.lower() in (".pt", ".bin", ".ckpt", ".pth"):
        raise ConceptError(
            Message("{file} is a pickle, which can run code when it is opened; only .safetensors are taken.", file=name)
        )
    tensors, record = _contents(file, name)
    word = record.get("word")
    if not (isinstance(word, str) and WORD.fullmatch(word)):
        word = next((key for key in tensors if WORD.fullmatch(key)), None) or word_from(name)
    like = record.get("like")
    try:
        vectors = _vectors(tensors, name, networks)
        adapter = _adapter(tensors, name, networks)
        if adapter is None and not len(vectors[0]):
            raise ConceptError(Message("{file} has neither an embedding nor a LoRA.", file=name))
        concept = Concept(word, vectors, adapter, like[:100] if isinstance(like, str) else "")
        networks.check(concept, name)
    except ConceptError:
        raise
    except ModelError as error:
        raise ConceptError(str(error)) from None
    return concept


def word_from(name: str) -> str:
    """A word for a file that names none: its own name, as far as it can be one."""
    inner = re.sub(r"[^a-z0-9]+", "-", Path(name).stem.lower()).strip("-")[:32].strip("-")
    return f"<{inner or 'my-thing'}>"


def _contents(file: bytes, name: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """All tensors of a file, or of the safetensors in a ZIP, and its record."""
    if not file.startswith(b"PK"):
        return _tensors(file, name), {}
    tensors: dict[str, Tensor] = {}
    try:
        with zips.opened(io.BytesIO(file)) as archive:
            members = zips.members(archive)
            found = [members[one] for one in (EMBEDS, LORA) if one in members]
            contents = [zips.content(archive, entry, MOST_BYTES) for entry in found]
    except Exception as error:  # a stranger's archive may raise anything at all
        raise ConceptError(
            Message("{file} is a broken ZIP ({error}).", file=name, error=type(error).__name__)
        ) from None
    if not found:
        raise ConceptError(Message("{file} is a ZIP without {embeds} or {lora}.", file=name, embeds=EMBEDS, lora=LORA))
    for content in contents:
        tensors |= _tensors(content, name)
    return tensors, record_of(file)


def _tensors(file: bytes, name: str) -> dict[str, Tensor]:
    try:
        found = safetensors.torch.load(file)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError, MemoryError, AttributeError):
        raise ConceptError(Message("{file} is no .safetensors file, or a broken one.", file=name)) from None
    for key, tensor in found.items():
        if not tensor.is_floating_point() and not key.endswith(".alpha"):
            kind = str(tensor.dtype).removeprefix("torch.")
            raise ConceptError(
                Message(
                    "{file} has numbers of a kind that nothing is learnt in for {layer}: {kind}.",
                    file=name,
                    layer=repr(key[:60]),
                    kind=kind,
                )
            )
        if not torch.isfinite(tensor.float()).all():
            raise ConceptError(
                Message(
                    "{file} has numbers for {layer} that are none (NaN or infinity).", file=name, layer=repr(key[:60])
                )
            )
    return {key: tensor.float() for key, tensor in found.items()}


def _vectors(tensors: Mapping[str, Tensor], name: str, networks: Networks) -> tuple[Tensor, ...]:
    """Of each text encoder, (n, width); without rows where the file has none."""
    widths = networks.text_widths
    both = [tensors.get(key) for key in ("clip_l", "clip_g")]
    if any(one is not None for one in both):
        if len(widths) == 1:
            raise ConceptError(
                Message("{file} is an embedding for SDXL (clip_l, clip_g), and this model is none.", file=name)
            )
        found = [one for one in both if one is not None]
        if len(found) == 1 or any(one.ndim != 2 for one in found) or len(found[0]) != len(found[1]):
            raise ConceptError(Message("{file} has not the same number of vectors for clip_l and clip_g.", file=name))
    else:
        found = [one for key, one in tensors.items() if one.ndim in (1, 2) and not _of_a_lora(key)]
        if len(found) > 1:
            raise ConceptError(Message("{file} has {n} embeddings; one is taken.", file=name, n=len(found)))
        found = [one[None] if one.ndim == 1 else one for one in found]
        if found and len(widths) > 1:
            raise ConceptError(
                Message(
                    "{file} is an embedding for one text encoder, and this model has {n}.", file=name, n=len(widths)
                )
            )
    if not found:
        return tuple(torch.zeros(0, width) for width in widths)
    if not 1 <= len(found[0]) <= MOST_VECTORS:
        raise ConceptError(
            Message("{file} has {n} vectors; 1 to {m} are read.", file=name, n=len(found[0]), m=MOST_VECTORS)
        )
    return tuple(one.contiguous() for one in found)


def _of_a_lora(key: str) -> bool:
    return key.endswith((".weight", ".alpha")) or any(re.search(pattern, key) for pattern in _OTHERS)


def _adapter(tensors: Mapping[str, Tensor], name: str, networks: Networks) -> Adapter | None:
    """The LoRA among the tensors, its layers by our names."""
    for key in tensors:
        for pattern, what in _OTHERS.items():
            if re.search(pattern, key):
                raise ConceptError(
                    Message(
                        "{file} is {what} ({layer}), and only plain LoRAs are taken.",
                        file=name,
                        what=what,
                        layer=key[:80],
                    )
                )
    layers = {}
    for key, down in tensors.items():
        if not (found := _DOWN.search(key)):
            continue
        stem, kind = key[: found.start()], found[1]
        up_key = stem + next(kind.replace(a, b) for a, b in _UP.items() if a in kind) + ".weight"
        up = tensors.get(up_key)
        if up is None:
            raise ConceptError(Message("{file} has {layer} without its other half.", file=name, layer=repr(key[:80])))
        path, module = _layer(stem, name, networks)
        rank = max(1, down.shape[0]) if down.ndim else 1
        alpha = tensors.get(f"{stem}.alpha")
        scale = float(alpha.flatten()[0]) / rank if alpha is not None and alpha.numel() else 1.0
        layers[path] = _shaped(down, module), (_shaped(up, module) * scale).contiguous()
    return Adapter(layers) if layers else None


def _shaped(tensor: Tensor, module: nn.Module) -> Tensor:
    """As many dimensions as the layer's weight has: 1 x 1 convolutions and linear layers are one thing to some."""
    dims = module.weight.ndim
    if tensor.ndim == 4 and dims == 2 and tensor.shape[2:] == (1, 1):
        return tensor[:, :, 0, 0].contiguous()
    if tensor.ndim == 2 and dims == 4:
        return tensor[:, :, None, None].contiguous()
    return tensor.contiguous()


def _layer(stem: str, name: str, networks: Networks) -> tuple[str, nn.Module]:
    """The layer that a name stands for: its path with its part, and itself."""
    start, part = next((one for one in _PARTS if stem.startswith(one[0])), ("", "unet"))
    inner = re.sub(r"\.processor\.(to_\w+)$", r".\1", stem.removeprefix(start))
    inner = re.sub(r"self_attn\.to_(q|k|v|out)$", r"self_attn.\1_proj", inner)
    inner = re.sub(r"\.to_out$", ".to_out.0", inner)
    found = _by_flat_name(networks, part).get(_flat(inner))
    if found is None:
        raise ConceptError(
            Message("{file} changes {layer}, which is no layer of this model.", file=name, layer=stem[:80])
        )
    return found


def _flat(path: str) -> str:
    return path.replace(".", "_").removeprefix("text_model_")


def _by_flat_name(networks: Networks, part: str) -> dict[str, tuple[str, nn.Module]]:
    """Layers of a part by the names that kohya's files have: diffusers' own and, for a UNet, the original code's."""
    adaptable = next((each for each in networks.adaptables if each.part == part), None)
    if adaptable is None:
        return {}
    flat: dict[str, tuple[str, nn.Module]] = {}
    for path, module in adaptable.network.named_modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            names = (path, *_original_names(path, adaptable.network)) if part == "unet" else (path,)
            flat |= {_flat(one): (f"{part}.{path}", module) for one in names}
    return flat


_INNER: Mapping[str, str] = {
    "conv1": "in_layers.2",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}


def _original_names(path: str, unet: Any) -> Iterator[str]:
    """What a layer of diffusers' UNet is called in the original code, which counts blocks from one end to the other."""
    count = unet.config.layers_per_block
    layers = (count if isinstance(count, int) else count[0]) + 1
    shift: Callable[[str, str], str] = lambda kind, rest: _INNER.get(rest, rest) if kind == "resnets" else rest  # noqa: E731
    if found := re.fullmatch(r"mid_block\.(resnets|attentions)\.(\d)\.(.+)", path):
        kind, number, rest = found.groups()
        yield f"middle_block.{2 * int(number) + (kind == 'attentions')}.{shift(kind, rest)}"
    elif found := re.fullmatch(r"(down|up)_blocks\.(\d)\.(resnets|attentions)\.(\d)\.(.+)", path):
        way, block, kind, layer, rest = found.groups()
        place = layers * int(block) + int(layer) + (way == "down")
        side = "input" if way == "down" else "output"
        yield f"{side}_blocks.{place}.{int(kind == 'attentions')}.{shift(kind, rest)}"
    elif found := re.fullmatch(r"down_blocks\.(\d)\.downsamplers\.0\.conv", path):
        yield f"input_blocks.{layers * (int(found[1]) + 1)}.0.op"
    elif found := re.fullmatch(r"up_blocks\.(\d)\.upsamplers\.0\.conv", path):
        last = layers * (int(found[1]) + 1) - 1
        yield from (f"output_blocks.{last}.{number}.conv" for number in (1, 2))
