"""Other programs' pictures that were once read wrongly, each kind of fault with several members.

The cases are built after public reports; nothing of them is copied but the names of nodes, fields and samplers.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from explorer.outputs import foreign
from explorer.outputs.foreign import Foreign


@pytest.fixture
def opened(tmp_path):
    """A function: what `foreign.read` finds in a PNG with one text."""

    def opened(key: str, text: str, size: tuple[int, int] = (512, 768)) -> Foreign:
        info = PngInfo()
        info.add_text(key, text)
        Image.new("RGB", size).save(tmp_path / "x.png", pnginfo=info)
        return foreign.read(tmp_path / "x.png")

    return opened


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def encode(text: Any) -> dict[str, Any]:
    return node("CLIPTextEncode", text=text, clip=["4", 1])


CORE = {
    "3": node(
        "KSampler",
        seed=11,
        steps=22,
        cfg=6.5,
        sampler_name="euler",
        scheduler="normal",
        denoise=1.0,
        model=["4", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["5", 0],
    ),
    "4": node("CheckpointLoaderSimple", ckpt_name="m.safetensors"),
    "5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
    "6": encode("a fox in the snow"),
    "7": encode("blurry"),
    "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
    "9": node("SaveImage", filename_prefix="x", images=["8", 0]),
}


def graph(**nodes: dict[str, Any]) -> str:
    """CORE with nodes of its own, in ascending order of their ids, as ComfyUI's page writes them."""
    return json.dumps(dict(sorted({**CORE, **{k[1:]: n for k, n in nodes.items()}}.items(), key=lambda i: int(i[0]))))


def sampler(**inputs: Any) -> dict[str, Any]:
    return node("KSampler", **{**CORE["3"]["inputs"], **inputs})


FOUND = {
    "prompt": "a fox in the snow",
    "negative_prompt": "blurry",
    "seed": 11,
    "num_inference_steps": 22,
    "guidance_scale": 6.5,
    "scheduler": "Euler",
    "width": 512,
    "height": 768,
}

TO_SIDES = {"positive": ["50", 4], "negative": ["50", 5]}
LOADER = {"ckpt_name": "m", "empty_latent_width": 512, "empty_latent_height": 768, "batch_size": 1}
IN_TWO = {"_21": node("PrimitiveStringMultiline", value="a fox"), "_22": node("PrimitiveString", value="in the snow")}
OTHER_TEST = {
    "_1": sampler(seed=5, steps=9, positive=["16", 0]),
    "_16": encode("a test of the lights"),
    "_18": node("VAEDecode", samples=["1", 0], vae=["4", 2]),
    "_19": node("PreviewImage", images=["18", 0]),
}

SAME = {
    # both sides run through one node that names only one of them
    "a context that is edited": {
        "_3": sampler(positive=["50", 1], negative=["50", 2]),
        "_50": node("Context (rgthree)", base_ctx=["51", 0], negative=["7", 0]),
        "_51": node("Context (rgthree)", model=["4", 0], clip=["4", 1], positive=["6", 0]),
    },
    "a context that is edited, sides exchanged": {
        "_3": sampler(**TO_SIDES),
        "_50": node("Context (rgthree)", base_ctx=["51", 0], positive=["6", 0]),
        "_51": node("Context (rgthree)", model=["4", 0], clip=["4", 1], negative=["7", 0]),
    },
    "a pipe that is edited": {
        "_3": sampler(positive=["50", 3], negative=["50", 4]),
        "_50": node("FromBasicPipe", basic_pipe=["51", 0]),
        "_51": node("EditBasicPipe", basic_pipe=["52", 0], positive=["6", 0]),
        "_52": node("ToBasicPipe", model=["4", 0], positive=["16", 0], negative=["7", 0]),
        "_16": encode("what was there before"),
    },
    "wires that cross": {
        "_3": sampler(positive=["50", 1], negative=["50", 0]),
        "_50": node("ControlNetApplyAdvanced", positive=["7", 0], negative=["6", 0], strength=1.0),
    },
    "a pipe that nobody knows": {
        "_3": sampler(positive=["50", 1], negative=["50", 2]),
        "_50": node("My pipe out", my_pipe=["51", 0]),
        "_51": node("My pipe edit", pipe=["52", 0], negative=["7", 0]),
        "_52": node("My pipe in", positive=["6", 0], model=["4", 0]),
    },
    # the text stands under another name
    "the texts in a loader": {
        "_3": sampler(positive=["1", 1], negative=["1", 2], latent_image=["1", 3]),
        "_1": node("Efficient Loader", positive="a fox in the snow", negative="blurry", **LOADER),
    },
    "one text for two encoders": {
        "_6": node("CLIPTextEncodeFlux", clip_l="a fox in the snow", t5xxl="a fox in the snow", guidance=3.5)
    },
    "one text of two": {
        "_6": encode(["20", 0]),
        "_20": node("StringConcatenate", string_a="a fox", string_b="in the snow", delimiter=" "),
    },
    "a styler for both sides": {
        "_6": encode(["20", 0]),
        "_7": encode(["20", 1]),
        "_20": node("SDXLPromptStyler", text_positive="a fox in the snow", text_negative="blurry", style="base"),
    },
    "a loader with a pipe": {
        "_3": node("easy kSampler", pipe=["51", 0], image_output="Save"),
        "_51": node(
            "easy preSampling", pipe=["50", 0], steps=22, cfg=6.5, sampler_name="euler", scheduler="normal", seed=11
        ),
        "_50": node("easy fullLoader", positive="a fox in the snow", negative="blurry", **LOADER),
        "_5": node("Note", text="nothing"),
    },
    "three texts for three encoders, two of them empty": {
        "_6": node("CLIPTextEncodeSD3", clip_l="", clip_g="a fox in the snow", t5xxl="", clip=["4", 1])
    },
    "a wildcard that was filled": {
        "_6": node("ImpactWildcardEncode", wildcard_text="a __beast__", populated_text="a fox in the snow"),
        "_3": sampler(positive=["6", 2]),
    },
    "a text box that nobody knows": {"_6": encode(["20", 0]), "_20": node("My text", text_0="a fox in the snow")},
    # several texts lead to a side
    "texts that are put together": {
        "_6": encode(["20", 0]),
        "_20": node("StringConcatenate", string_a=["21", 0], string_b=["22", 0], delimiter=" "),
        **IN_TWO,
    },
    "a switch": {
        "_6": encode(["20", 0]),
        "_20": node("Text Input Switch", boolean=False, text_a=["21", 0], text_b=["22", 0]),
        "_21": node("Text Multiline", text="not used"),
        "_22": node("Text Multiline", text="a fox in the snow"),
    },
    "a switch that a switch turns": {
        "_3": sampler(positive=["20", 0]),
        "_20": node("ImpactSwitch", select=["23", 0], input1=["16", 0], input2=["6", 0]),
        "_16": encode("not used"),
        "_23": node("ComfySwitchNode", switch=True, on_false=["24", 0], on_true=["25", 0]),
        "_24": node("PrimitiveInt", value=1),
        "_25": node("PrimitiveInt", value=2),
    },
    "the first that is linked": {
        "_3": sampler(positive=["20", 0]),
        "_20": node("Any Switch (rgthree)", any_01=["99", 0], any_02=["6", 0], any_03=["16", 0]),
        "_16": encode("not used"),
    },
    "an average that is all of the second": {
        "_3": sampler(positive=["20", 0]),
        "_20": node(
            "ConditioningAverage", conditioning_to=["16", 0], conditioning_from=["6", 0], conditioning_to_strength=0.0
        ),
        "_16": encode("not used"),
    },
    # which of several samplers drew this picture
    "a second sampler that draws larger": {
        "_3": sampler(seed=5, steps=9, denoise=0.5, latent_image=["70", 0]),
        "_13": sampler(),
        "_70": node(
            "LatentUpscale", samples=["13", 0], upscale_method="nearest-exact", width=1024, height=1536, crop="disabled"
        ),
    },
    "a sampler whose picture was not kept": OTHER_TEST,
    "a second sampler by way of pixels": {
        "_3": sampler(seed=5, steps=9, denoise=0.4, latent_image=["72", 0]),
        "_13": sampler(),
        "_70": node("VAEDecode", samples=["13", 0], vae=["4", 2]),
        "_71": node("ImageScale", image=["70", 0], width=1024, height=1536, upscale_method="area", crop="disabled"),
        "_72": node("VAEEncode", pixels=["71", 0], vae=["4", 2]),
    },
    "a refiner after a base": {
        "_13": node("KSamplerAdvanced", **{**CORE["3"]["inputs"], "noise_seed": 11, "end_at_step": 18}),
        "_3": node("KSamplerAdvanced", **{**CORE["3"]["inputs"], "noise_seed": 5, "latent_image": ["13", 0]}),
    },
    "a face that is drawn once more": {
        "_9": node("SaveImage", images=["80", 0]),
        "_80": node("FaceDetailer", image=["8", 0], seed=5, steps=9, cfg=2.0, positive=["16", 0], negative=["7", 0]),
        "_16": encode("a face"),
    },
    # the size
    "a batch": {
        "_3": sampler(latent_image=["60", 0]),
        "_60": node("RepeatLatentBatch", amount=4, samples=["5", 0]),
    },
    "a masked batch through a switch": {
        "_3": sampler(latent_image=["60", 0]),
        "_60": node("SetLatentNoiseMask", samples=["61", 0], mask=["62", 0]),
        "_61": node("Latent Input Switch", boolean=True, latent_a=["5", 0], latent_b=["63", 0]),
        "_63": node("EmptyLatentImage", width=64, height=64, batch_size=1),
    },
    "sides that are linked": {
        "_5": node("EmptySD3LatentImage", width=["61", 0], height=["62", 0], batch_size=1),
        "_61": node("PrimitiveInt", value=512),
        "_62": node("INTConstant", value=768),
    },
    "latents in a context": {
        "_3": sampler(latent_image=["60", 6]),
        "_60": node("Context (rgthree)", latent=["5", 0], model=["4", 0]),
    },
}


@pytest.mark.parametrize("nodes", SAME.values(), ids=SAME)
def test_a_graph_that_draws_the_same_picture_in_another_way_is_read_the_same(opened, nodes):
    assert opened("prompt", graph(**nodes)).settings == FOUND


def test_several_conditionings_are_joined_and_told(opened):
    for kind, ends in (("ConditioningConcat", ("to", "from")), ("ConditioningCombine", ("1", "2"))):
        inputs = {f"conditioning_{end}": [key, 0] for end, key in zip(ends, ("6", "31"), strict=True)}
        found = opened(
            "prompt", graph(_3=sampler(positive=["30", 0]), _30=node(kind, **inputs), _31=encode("an owl in a tree"))
        )
        assert found.settings["prompt"] == "a fox in the snow, an owl in a tree"
        assert "Its prompt is put together of 2 texts; they are joined here." in found.remarks


def test_two_texts_for_two_encoders_are_one_and_a_remark(opened):
    both = node("CLIPTextEncodeSDXL", text_g="a fox in the snow", text_l="ink", clip=["4", 1])
    found = opened("prompt", graph(_6=both))
    assert found.settings["prompt"] == "a fox in the snow"
    assert "Its prompt is 2 texts, one for each encoder; the first is here." in found.remarks


NOT_THERE = {
    "written by a language model": {
        "_6": encode(["20", 0]),
        "_20": node("OllamaGenerate", prompt="write a prompt of a fox", model="llama"),
    },
    "written by one that nobody knows": {
        "_6": encode(["20", 0]),
        "_20": node("My writer", text="write a prompt of a fox", temperature=0.7),
    },
    "half of it written so": {
        "_6": encode(["20", 0]),
        "_20": node("StringConcatenate", string_a="a fox", string_b=["21", 0], delimiter=" "),
        "_21": node("Florence2Run", image=["22", 0], text_input="caption"),
    },
    "behind a switch that is turned elsewhere": {
        "_6": encode(["20", 0]),
        "_20": node("Text Input Switch", boolean=["23", 0], text_a="a", text_b="b"),
        "_23": node("My coin", heads=0.5, throws=3),
    },
    "behind a node with two texts": {"_6": encode(["20", 0]), "_20": node("My choice", text_1="a", text_2="b")},
    "behind a tag loader that only clip leads to": {
        "_6": node("CLIPTextEncode", text=["99", 0], clip=["41", 1]),
        "_41": node("LoraTagLoader", text="<lora:ink:0.8>", model=["4", 0], clip=["4", 1]),
    },
    "out of a node that makes both sides of one text": {
        "_3": sampler(positive=["20", 0], negative=["20", 1]),
        "_20": node("My sides", text="a fox, not blurry", clip=["4", 1]),
    },
}


@pytest.mark.parametrize("nodes", NOT_THERE.values(), ids=NOT_THERE)
def test_a_prompt_that_is_not_found_for_certain_is_left_out_and_told(opened, nodes):
    found = opened("prompt", graph(**nodes))
    assert "prompt" not in found.settings
    assert "Its prompt was not found in the file: that field is left as it was." in found.remarks
    assert found.settings["seed"] == 11


@pytest.mark.parametrize(
    ("nodes", "remark"),
    [
        (NOT_THERE["written by a language model"], "Its prompt was written by OllamaGenerate while it ran."),
        (
            NOT_THERE["behind a switch that is turned elsewhere"],
            "Which way Text Input Switch was switched is not in the graph.",
        ),
        (SAME["a styler for both sides"], "Its prompt went through SDXLPromptStyler, which may have changed it."),
        (SAME["a text box that nobody knows"], "Its prompt went through My text, which may have changed it."),
        (SAME["a second sampler that draws larger"], "It also used a second pass, which is left out here."),
    ],
)
def test_what_is_not_all_of_the_truth_is_told(opened, nodes, remark):
    assert remark in opened("prompt", graph(**nodes)).remarks


def test_nothing_is_told_of_a_graph_that_is_all_there(opened):
    assert len(opened("prompt", graph()).remarks) == 2  # of its seed and its model


def test_what_two_samplers_do_not_agree_on_is_left_out(opened):
    """Both pictures were kept, and nothing says which one this is."""
    found = opened("prompt", graph(**{**OTHER_TEST, "_19": node("SaveImage", images=["18", 0])}))
    assert found.settings == {
        name: value for name, value in FOUND.items() if name not in ("prompt", "seed", "num_inference_steps")
    }
    assert "2 samplers may have drawn it; what they do not agree on is left out." in found.remarks


@pytest.mark.parametrize("texts", [("blurry", ""), ("a fox in the snow", "")])
def test_a_negative_prompt_that_is_blanked_is_none(opened, texts):
    text, expected = texts
    found = opened(
        "prompt",
        graph(_3=sampler(negative=["17", 0]), _17=node("ConditioningZeroOut", conditioning=["7", 0]), _7=encode(text)),
    )
    assert (found.settings["prompt"], found.settings["negative_prompt"]) == ("a fox in the snow", expected)


def test_a_negative_prompt_that_is_the_prompt_is_left_out(opened):
    found = opened("prompt", graph(_3=sampler(negative=["6", 0])))
    assert found.settings["negative_prompt"] == ""
    assert "Its negative prompt is the prompt once more, and was left out." in found.remarks


@pytest.mark.parametrize(
    "nodes",
    [
        {
            "_5": node("EmptyLatentImage", width=["61", 0], height=["61", 1], batch_size=1),
            "_61": node("CR SDXL Aspect Ratio", width=1024, height=1024, aspect_ratio="9:16 portrait 768x1344"),
        },
        {"_5": node("My latents", width=1024, height=1024, ratio="9:16")},
        {
            "_5": node("VAEEncode", pixels=["61", 0], vae=["4", 2]),
            "_61": node("LoadImage", image="a.png", width=64, height=64),
        },
        {
            "_3": sampler(latent_image=["60", 0]),
            "_60": node("LatentCrop", samples=["5", 0], width=768, height=1344, x=0, y=0),
        },
    ],
    ids=["an aspect by name", "latents that nobody knows", "a start picture", "latents that were cropped"],
)
def test_a_size_that_is_not_certain_is_the_pictures_own(opened, nodes):
    found = opened("prompt", graph(**nodes), size=(768, 1344))
    assert (found.settings["width"], found.settings["height"]) == (768, 1344)
    assert any("that of the picture, 768 x 1344" in remark for remark in found.remarks)


def with_chunk(kind: bytes, body: bytes, path):
    Image.new("RGB", (8, 8)).save(path)
    png, body = path.read_bytes(), kind + body
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(png[:33] + chunk + png[33:])
    return foreign.read(path)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("テスト, Zürich", "utf-8"),
        ("低质量的猫", "utf-8"),
        ("café, Straße", "utf-8"),
        ("café, Straße", "latin-1"),
        ("une forêt, à l’aube".replace("’", "'"), "latin-1"),
        ("plain words", "latin-1"),
    ],
)
@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
def test_a_text_in_utf_8_where_latin_1_belongs_is_read_as_it_was_meant(tmp_path, kind, text, encoding):
    whole = f"{text}\nNegative prompt: {text}\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1".encode(encoding)
    body = b"parameters\0" + (whole if kind == b"tEXt" else b"\0" + zlib.compress(whole))
    found = with_chunk(kind, body, tmp_path / "x.png")
    assert (found.settings["prompt"], found.settings["negative_prompt"]) == (text, text)


SPACINGS = ("Karras", "Normal", "DDIM", "KL Optimal", "Align Your Steps", "Beta57", "One that comes next month")


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_sampler_is_known_whatever_its_spacing(opened, spacing):
    found = opened("parameters", f"a cat\nSteps: 20, Sampler: Euler a, Schedule type: {spacing}, CFG scale: 7, Seed: 1")
    assert found.settings["scheduler"] == "Euler ancestral"
    assert found.remarks[1] == f"Its sampler, Euler a {spacing}, is taken as Euler ancestral."
    found = opened("prompt", graph(_3=sampler(sampler_name="dpmpp_2m", scheduler=spacing)))
    assert found.settings["scheduler"] == "DPM++ 2M"
    assert found.remarks[1] == f"Its sampler, dpmpp_2m {spacing}, is taken as DPM++ 2M."


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Euler a Normal", "Euler ancestral"),
        ("DPM++ 2M Align Your Steps", "DPM++ 2M"),
        ("UniPC SGM Uniform", "UniPC"),
        ("Heun KL Optimal", "Heun"),
        ("DPM++ 2M SDE Karras", None),
        ("Restart Normal", None),
    ],
)
def test_a_spacing_in_the_samplers_name_is_parted_from_it(name, ours):
    assert foreign.sampler(name) == (ours, False)


WEIGHTS, BRACKETS = "Weights and LoRAs in its {}", "Brackets in its {}"


@pytest.mark.parametrize(
    ("prompt", "negative", "said"),
    [
        ("a fox", "(worst quality:1.4)", [WEIGHTS.format("negative prompt")]),
        ("[cat:dog:0.5]", "", [BRACKETS.format("prompt")]),
        ("a cat AND ((owl))", "", [WEIGHTS.format("prompt"), "AND and BREAK, which part its prompt"]),
        ("a cat BREAK a hat", "", ["AND and BREAK, which part its prompt"]),
        ("{red|blue} car", "", ["Braces and wildcards in its prompt"]),
        ("a __color__ car", "", ["Braces and wildcards in its prompt"]),
        ("a fox", "embedding:EasyNegative", ["Embeddings in its negative prompt"]),
        ("a fox++", "[dog]", [WEIGHTS.format("prompt"), BRACKETS.format("negative prompt")]),
        (r"a fox \(animal\)", "and a break", []),
    ],
)
def test_what_a_prompt_means_beyond_its_words_is_told(opened, prompt, negative, said):
    text = f"{prompt}\nNegative prompt: {negative}\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64"
    remarks = opened("parameters", text).remarks[1:]
    assert len(remarks) == len(said)
    assert all(any(remark.startswith(begin) for remark in remarks) for begin in said)


INVOKE = {"positive_prompt": "a castle", "seed": 1, "steps": 20, "cfg_scale": 7, "width": 1024, "height": 1024}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"generation_mode": "sdxl_img2img", "strength": 0.4}, "a start picture"),
        ({"generation_mode": "inpaint"}, "a start picture"),
        ({"loras": [{"weight": 1}]}, "LoRA"),
        ({"controlnets": [{}]}, "ControlNet"),
        ({"ipAdapters": [{}]}, "reference pictures"),
    ],
)
def test_what_else_invokeai_used_is_told(opened, more, said):
    remarks = opened("invokeai_metadata", json.dumps({**INVOKE, **more})).remarks
    assert f"It also used {said}, which is left out here." in remarks
    assert not any("also used" in remark for remark in opened("invokeai_metadata", json.dumps(INVOKE)).remarks)


def test_invokeais_style_prompts_follow_the_prompts(opened):
    styles = {"positive_style_prompt": "ink drawing", "negative_prompt": "a dog", "negative_style_prompt": "a dog"}
    found = opened("invokeai_metadata", json.dumps({**INVOKE, **styles}))
    assert (found.settings["prompt"], found.settings["negative_prompt"]) == ("a castle, ink drawing", "a dog")
    assert "Its prompt was two texts, and the one for the style follows the other here." in found.remarks


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("Denoising strength: 0.4", ["a start picture"]),
        ("Denoising strength: 0.4, Hires upscale: 2, Hires upscaler: Latent", ["a second pass"]),
        ('ControlNet 0: "Module: canny, Weight: 1"', ["ControlNet"]),
        ("Clip skip: 2", ["CLIP skip"]),
        ("Clip skip: 1", []),
        ("Variation seed: 5, Variation seed strength: 0.1", ["a variation of its noise"]),
    ],
)
def test_what_else_automatic1111_used_is_told(opened, field, said):
    found = opened("parameters", f"a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, {field}")
    also = [remark for remark in found.remarks if "also used" in remark]
    assert also == [f"It also used {thing}, which is left out here." for thing in said]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        (
            {
                "_3": sampler(model=["40", 0]),
                "_40": node("LoraLoader", model=["4", 0], lora_name="ink", strength_model=1),
            },
            "LoRA",
        ),
        (
            {"_3": sampler(positive=["40", 0]), "_40": node("ControlNetApply", conditioning=["6", 0], strength=1)},
            "ControlNet",
        ),
        (
            {"_5": node("VAEEncode", pixels=["61", 0], vae=["4", 2]), "_61": node("LoadImage", image="a.png")},
            "a start picture",
        ),
    ],
)
def test_what_else_a_graph_used_is_told(opened, nodes, said):
    found = opened("prompt", graph(**nodes))
    assert [remark for remark in found.remarks if "also used" in remark] == [
        f"It also used {said}, which is left out here."
    ]
    assert found.model == "m.safetensors"
