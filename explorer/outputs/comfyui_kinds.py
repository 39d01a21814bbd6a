"""The kinds of node that ComfyUI's graphs are made of, as far as a picture's settings flow through them: one table.

A graph of ComfyUI's names a node's inputs but only counts its outputs, so what an output is has to be known by the
node's class. The rows follow ComfyUI's own nodes (nodes.py, comfy_extras) and those of the packs most in use: rgthree,
Efficiency, Impact, WAS, KJNodes, Comfyroll, Easy-Use. What is not here is not guessed at beyond `named`, the rules for
the names of inputs that all packs keep to.

Nothing is followed here; see `comfyui`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Way = Literal["pass", "change", "blank", "style", "encode", "join", "mix", "average", "switch", "first", "bundle"]


@dataclass(frozen=True)
class Kind:
    """How one kind of node makes its outputs of its inputs.

    Attributes:
        way: "pass" hands its first input on, "change" may write into it on the way, "blank" makes nothing of it.
            "encode" takes a text for each of several encoders; "join" makes one text of many, "mix" and "average" one
            conditioning. "switch" takes one of its inputs, "first" the first that is linked. A "bundle" carries both
            sides and more (which one, say the outputs), and a "style" writes into both on the way.
        inputs: what it is made of, in order; "text*" stands for every input that begins so.
        outputs: what each output is: the name of the input behind it, or of the side.
        by: the input that says which one (switch), what stands between (join), or how much of the second (average).
        counted_from: the number of a switch's first input.
    """

    way: Way = "pass"
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    by: str = ""
    counted_from: int = 0


def _row(way: Way, inputs: str, outputs: str = "", by: str = "", counted_from: int = 0) -> Kind:
    return Kind(way, tuple(inputs.split()), tuple(outputs.split()), by, counted_from)


_SIDES = _row("bundle", "", "positive negative")
_CONTEXT = _row("bundle", "", "ctx model clip vae positive negative latent image seed")
_BIG_CONTEXT = _row(
    "bundle",
    "",
    "ctx model clip vae positive negative latent images seed steps step_refiner cfg ckpt_name sampler scheduler",
)
_BASIC_PIPE = _row("bundle", "", "model clip vae positive negative")
_EFFICIENT = _row("bundle", "", "model positive negative latent vae image")
_EASY_LOADER = _row("bundle", "", "pipe model vae clip positive negative latent")

KINDS: Mapping[str, Kind] = {
    # a text to a conditioning
    "CLIPTextEncode": _row("pass", "text"),
    "BNK_CLIPTextEncodeAdvanced": _row("pass", "text"),
    "smZ CLIPTextEncode": _row("pass", "text"),
    "CLIPTextEncodeSDXL": _row("encode", "text_g text_l"),
    "CLIPTextEncodeSDXLRefiner": _row("pass", "text"),
    "CLIPTextEncodeSD3": _row("encode", "t5xxl clip_g clip_l"),
    "CLIPTextEncodeFlux": _row("encode", "t5xxl clip_l"),
    "CLIPTextEncodeHunyuanDiT": _row("encode", "mt5xl bert"),
    "CLIPTextEncodeHiDream": _row("encode", "t5xxl llama clip_g clip_l"),
    "CLIPTextEncodePixArtAlpha": _row("pass", "text"),
    "CLIPTextEncodeLumina2": _row("pass", "user_prompt"),
    "ImpactWildcardEncode": _row("pass", "populated_text", "model clip conditioning populated_text"),
    "easy positive": _row("pass", "positive"),
    "easy negative": _row("pass", "negative"),
    # a conditioning to another one
    "ConditioningZeroOut": _row("blank", ""),
    "ConditioningConcat": _row("mix", "conditioning_to conditioning_from"),
    "ConditioningCombine": _row("mix", "conditioning_1 conditioning_2"),
    "ConditioningMultiCombine": _row("mix", "conditioning_*"),
    "ConditioningAverage": _row("average", "conditioning_to conditioning_from", by="conditioning_to_strength"),
    **dict.fromkeys(
        (
            "ConditioningSetArea",
            "ConditioningSetAreaPercentage",
            "ConditioningSetAreaStrength",
            "ConditioningSetMask",
            "ConditioningSetTimestepRange",
            "ControlNetApply",
            "FluxGuidance",
            "ReferenceLatent",
            "StyleModelApply",
            "unCLIPConditioning",
        ),
        _row("pass", "conditioning"),
    ),
    "GLIGENTextBoxApply": _row("change", "conditioning_to"),
    # both sides at once
    "ControlNetApplyAdvanced": _SIDES,
    "ControlNetApplySD3": _SIDES,
    "ACN_AdvancedControlNetApply": _SIDES,
    "InpaintModelConditioning": _row("bundle", "", "positive negative latent"),
    "InstructPixToPixConditioning": _row("bundle", "", "positive negative latent"),
    "ApplyInstantID": _row("bundle", "", "model positive negative"),
    "Context (rgthree)": _CONTEXT,
    "Context Switch (rgthree)": _row("first", "ctx_*", " ".join(_CONTEXT.outputs)),
    "Context Merge (rgthree)": _row("bundle", "", " ".join(_CONTEXT.outputs)),
    "Context Big (rgthree)": _BIG_CONTEXT,
    "Context Switch Big (rgthree)": _row("first", "ctx_*", " ".join(_BIG_CONTEXT.outputs)),
    "ToBasicPipe": _row("bundle", "", "pipe"),
    "FromBasicPipe": _BASIC_PIPE,
    "FromBasicPipe_v2": _row("bundle", "", "pipe model clip vae positive negative"),
    "EditBasicPipe": _row("bundle", "", "pipe"),
    "Efficient Loader": _row("bundle", "", "model positive negative latent vae clip"),
    "Eff. Loader SDXL": _row("bundle", "", "pipe latent vae"),
    "KSampler (Efficient)": _EFFICIENT,
    "KSampler Adv. (Efficient)": _EFFICIENT,
    "easy fullLoader": _EASY_LOADER,
    "easy a1111Loader": _row("bundle", "", "pipe model vae"),
    "easy comfyLoader": _row("bundle", "", "pipe model vae"),
    "easy pipeIn": _row("bundle", "", "pipe"),
    "easy pipeOut": _row("bundle", "", "pipe model positive negative latent vae clip image seed"),
    "KSampler Config (rgthree)": _row("bundle", "", "steps_total refiner_step cfg sampler_name scheduler"),
    # texts
    **dict.fromkeys(
        ("PrimitiveString", "PrimitiveStringMultiline", "String Literal", "StringConstant", "StringConstantMultiline"),
        _row("pass", "value string"),
    ),
    **dict.fromkeys(("Text Multiline", "CR Text", "Text box", "ttN text"), _row("pass", "text")),
    "CR Prompt Text": _row("pass", "prompt"),
    "easy string": _row("pass", "value"),
    "ShowText|pysssss": _row("pass", "text"),
    "ImpactWildcardProcessor": _row("pass", "populated_text"),
    "Power Prompt (rgthree)": _row("change", "prompt", "conditioning model clip prompt"),
    "LoraTagLoader": _row("change", "text", "model clip text"),
    "StringReplace": _row("change", "string"),
    "Text Find and Replace": _row("change", "text"),
    "SDXLPromptStyler": _row("style", "", "positive negative"),
    "StringConcatenate": _row("join", "string_a string_b", by="delimiter"),
    "Text Concatenate": _row("join", "text_a text_b text_c text_d", by="delimiter"),
    "JoinStrings": _row("join", "string1 string2", by="delimiter"),
    "JoinStringMulti": _row("join", "string_*", by="delimiter"),
    "CR Text Concatenate": _row("join", "text1 text2", by="separator"),
    "easy promptConcat": _row("join", "prompt1 prompt2", by="separator"),
    # one of several; "boolean" True is the second here, as it is 1
    "ComfySwitchNode": _row("switch", "on_false on_true", by="switch"),
    "LazySwitchKJ": _row("switch", "on_false on_true", by="switch"),
    "easy ifElse": _row("switch", "on_false on_true", by="boolean"),
    "Switch any [Crystools]": _row("switch", "on_false on_true", by="boolean"),
    "ImpactConditionalBranch": _row("switch", "ff_value tt_value", by="cond"),
    "Text Input Switch": _row("switch", "text_b text_a", by="boolean"),
    "Conditioning Input Switch": _row("switch", "conditioning_b conditioning_a", by="boolean"),
    "Latent Input Switch": _row("switch", "latent_b latent_a", by="boolean"),
    "Image Input Switch": _row("switch", "image_b image_a", by="boolean"),
    "ImpactSwitch": _row("switch", "input*", by="select", counted_from=1),
    "CR Text Input Switch": _row("switch", "text1 text2", by="Input", counted_from=1),
    "CR Conditioning Input Switch": _row("switch", "conditioning1 conditioning2", by="Input", counted_from=1),
    "CR Latent Input Switch": _row("switch", "latent1 latent2", by="Input", counted_from=1),
    "CR Image Input Switch": _row("switch", "image1 image2", by="Input", counted_from=1),
    "easy anythingIndexSwitch": _row("switch", "value*", by="index"),
    "Any Switch (rgthree)": _row("first", "any_*"),
    "Reroute": _row("pass", "*"),
    "Reroute (rgthree)": _row("pass", "*"),
}

SAMPLERS = frozenset(
    (
        "ImpactKSamplerBasicPipe",
        "ImpactKSamplerAdvancedBasicPipe",
        "KSampler SDXL (Eff.)",
        "easy kSampler",
        "easy fullkSampler",
        "ttN pipeKSampler",
    )
)
"""Samplers that take their sides out of a bundle. All others are known by their inputs."""

EMPTY_LATENTS = re.compile(r"Empty\w*Latent\w*|Efficient Loader|Eff\. Loader SDXL")
KEEPS_SIZE = frozenset(("RepeatLatentBatch", "LatentFromBatch", "SetLatentNoiseMask", "LatentBatchSeedBehavior"))
"""Nodes between a sampler and the empty latents that leave width and height as they are."""

_GENERATOR = re.compile(
    r"llm|ollama|gpt|openai|gemini|claude|deepseek|florence|llava|qwen|joy.?caption|caption|interrogat|tagger|"
    r"generat|random|wildcard|enhance|magic",
    re.IGNORECASE,
)
_GENERATES = {"temperature", "max_tokens", "max_new_tokens", "top_p", "system_prompt", "instruction", "image", "images"}

_SIDE = r"(?:(?:text|prompt|cond|conditioning|base|opt|clip)_)?(?:{})(?:_?(?:prompt|text|cond|conditioning|\w))?"
_NAMES = {
    "positive": re.compile(_SIDE.format("positive|pos")),
    "negative": re.compile(_SIDE.format("negative|neg")),
    "bundle": re.compile(r"(?:.*_)?(?:ctx|context|pipe|sdxl_tuple)(?:_?\d+|_in)?"),
    "conditioning": re.compile(r"cond(?:itioning)?(?:_?\w+)?"),
    "text": re.compile(r"(?:populated_)?(?:text|string|prompt|str|value|any|input)(?:_?\w)?|clip_[lg]|t5xxl"),
    "latent": re.compile(r"(?:optional_)?(?:latents?|samples)(?:_image|_to|_from)?(?:_?\w)?"),
    "image": re.compile(r"(?:images?|pixels)(?:_?\w|_to|_from)?|destination|source"),
}


def named(inputs: Mapping[str, Any], what: str) -> list[str]:
    """The inputs that are called what carries `what`: a side, "bundle", "conditioning", "text", "latent", "image"."""
    return [name for name in inputs if _NAMES[what].fullmatch(name[:60])]


def expanded(kind: Kind | None, inputs: Mapping[str, Any]) -> list[str]:
    """The kind's inputs that a node has, in the kind's order; numbered ones in the order of their numbers."""
    return [name for pattern in (kind.inputs if kind else ()) for name in _expanded(pattern, inputs)]


def _expanded(pattern: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    if not pattern.endswith("*"):
        yield from (name for name in (pattern,) if name in inputs)
    else:
        begun = (name for name in inputs if name.startswith(pattern[:-1]))
        yield from sorted(begun, key=lambda name: (len(name), name))


def writes_itself(class_type: str, inputs: Mapping[str, Any]) -> bool:
    """Whether a kind that is not in the table looks like one whose text is made only while it runs."""
    return bool(_GENERATOR.search(class_type[:100])) or not _GENERATES.isdisjoint(inputs)
