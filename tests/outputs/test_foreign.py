"""Other programs' PNGs, in the shapes that those programs write, and everything that is none of them."""

from __future__ import annotations

import json
import tempfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from explorer.outputs.foreign import NAMES, Foreign, read, sampler
from explorer.outputs.settings import LIMIT, NoSettings

SEED_NOTE = "The same seed makes other noise here, so the picture will be another one."


@pytest.fixture
def png(tmp_path):
    """A function: a PNG with one text chunk, by the key and the text, compressed or not."""

    def make(key, text, **how):
        info = PngInfo()
        (info.add_itxt if how.pop("itxt", False) else info.add_text)(key, text, **how)
        Image.new("RGB", (8, 8)).save(tmp_path / "picture.png", pnginfo=info)
        return tmp_path / "picture.png"

    return make


A1111 = (
    "a watercolor painting of a boat,\nat the beach, 猫\n"
    "Negative prompt: blurry, text: none\n"
    "Steps: 25, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 3141592653, Size: 512x768, "
    'Model hash: 6ce0161689, Model: v1-5-pruned, Lora hashes: "add: 1, b: 2", Version: v1.6.0'
)
FOUND = {
    "prompt": "a watercolor painting of a boat,\nat the beach, 猫",
    "negative_prompt": "blurry, text: none",
    "seed": "3141592653",
    "num_inference_steps": "25",
    "guidance_scale": "7.5",
    "scheduler": "DPM++ 2M",
    "width": "512",
    "height": "768",
}


@pytest.mark.parametrize("how", [{}, {"zip": True}, {"itxt": True}, {"itxt": True, "zip": True}])
def test_automatic1111(png, how):
    found = read(png("parameters", A1111, **how))
    assert found == Foreign(
        "AUTOMATIC1111",
        FOUND,
        (
            SEED_NOTE,
            "Its sampler, DPM++ 2M Karras, is taken as DPM++ 2M.",
            "It was made with the model v1-5-pruned.",
        ),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1", {"prompt": "", "scheduler": "Euler ancestral"}),
        ("a cat\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, Seed: 1", {"scheduler": "DPM++ 2M"}),
        ("a cat\nSteps: 20, Sampler: DPM++ 2M SDE, Seed: 1, Size: 64x32", {"width": "64", "height": "32"}),
        (
            "a cat\nSteps: 9 of them\nSteps: 20, Sampler: DDIM, Seed: 1\nTemplate: x",
            {"prompt": "a cat\nSteps: 9 of them"},
        ),
    ],
)
def test_automatic1111s_other_ways_to_write(png, text, expected):
    found = read(png("parameters", text)).settings
    assert {name: found.get(name, "") for name in expected} == expected


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


COMFY = {
    "3": node(
        "KSampler",
        seed=156680208700286,
        steps=20,
        cfg=8.0,
        sampler_name="euler",
        scheduler="normal",
        denoise=1.0,
        model=["4", 0],
        positive=["6", 0],
        negative=["7", 0],
        latent_image=["5", 0],
    ),
    "4": node("CheckpointLoaderSimple", ckpt_name="v1-5-pruned-emaonly.ckpt"),
    "5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
    "6": node("CLIPTextEncode", text="a glass bottle 猫", clip=["4", 1]),
    "7": node("CLIPTextEncode", text="text, watermark", clip=["4", 1]),
    "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
    "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
}
COMFY_FOUND = {
    "prompt": "a glass bottle 猫",
    "negative_prompt": "text, watermark",
    "seed": 156680208700286,
    "num_inference_steps": 20,
    "guidance_scale": 8.0,
    "scheduler": "Euler",
    "width": 512,
    "height": 768,
}


def test_comfyui(png):
    found = read(png("prompt", json.dumps(COMFY)))
    assert found == Foreign("ComfyUI", COMFY_FOUND, (SEED_NOTE, "It was made with the model v1-5-pruned-emaonly.ckpt."))


def changed(**nodes):
    return {**COMFY, **nodes}


SAMPLER = COMFY["3"]["inputs"]
GRAPHS = {
    "texts and numbers behind links": changed(
        **{
            "3": node("KSampler", **{**SAMPLER, "seed": ["20", 0], "steps": ["21", 0]}),
            "6": node("CLIPTextEncode", text=["22", 0], clip=["4", 1]),
            "20": node("Seed (rgthree)", seed=156680208700286),
            "21": node("PrimitiveInt", value=20),
            "22": node("PrimitiveString", value="a glass bottle 猫"),
        }
    ),
    "a ControlNet in between, which has both sides": changed(
        **{
            "3": node("KSampler", **{**SAMPLER, "positive": ["30", 0], "negative": ["30", 1]}),
            "30": node("ControlNetApplyAdvanced", strength=1, negative=["7", 0], positive=["6", 0], image=["31", 0]),
            "31": node("LoadImage", image="a.png", text="not this"),
        }
    ),
    "a second sampler that refines, first in the file": {
        "2": node("KSampler", **{**SAMPLER, "seed": 5, "steps": 9, "latent_image": ["40", 0]}),
        "40": node(
            "LatentUpscale", samples=["3", 0], upscale_method="nearest-exact", width=1024, height=1536, crop="disabled"
        ),
        **COMFY,
        "8": node("VAEDecode", samples=["2", 0], vae=["4", 2]),
    },
    "a second sampler that refines by a factor": {
        "2": node("KSampler", **{**SAMPLER, "seed": 5, "steps": 9, "latent_image": ["40", 0]}),
        "40": node("LatentUpscaleBy", samples=["3", 0], upscale_method="bicubic", scale_by=2.0),
        **COMFY,
        "8": node("VAEDecode", samples=["2", 0], vae=["4", 2]),
    },
    "the sampler in parts": changed(
        **{
            "3": node(
                "SamplerCustomAdvanced",
                noise=["50", 0],
                guider=["51", 0],
                sampler=["52", 0],
                sigmas=["53", 0],
                latent_image=["5", 0],
            ),
            "50": node("RandomNoise", noise_seed=156680208700286),
            "51": node("CFGGuider", cfg=8.0, model=["4", 0], positive=["6", 0], negative=["7", 0]),
            "52": node("KSamplerSelect", sampler_name="euler"),
            "53": node("BasicScheduler", scheduler="normal", steps=20, denoise=1.0, model=["4", 0]),
        }
    ),
    "ComfyUI's own NaN": changed(**{"60": {**node("Note"), "is_changed": [float("nan")]}}),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
def test_comfyuis_graphs_are_followed(png, graph):
    assert read(png("prompt", json.dumps(graph))).settings == COMFY_FOUND


def test_a_graph_that_goes_in_circles_ends(png):
    circle = changed(**{"6": node("A", conditioning=["7", 0]), "7": node("B", conditioning=["6", 0], text=["7", 0])})
    assert "prompt" not in read(png("prompt", json.dumps(circle))).settings


def test_a_graph_of_very_many_nodes_is_looked_at_in_part(png):
    chain = {str(i): node("A", conditioning=[str(i + 1), 0]) for i in range(100, 20_000)}
    chain["20000"] = node("B", text="far away")
    found = read(png("prompt", json.dumps(changed(**chain, **{"6": node("A", conditioning=["100", 0])}))))
    assert "prompt" not in found.settings


def switch(n):
    """A switch whose choice, and both of whose ways, are the next one."""
    return node("ComfySwitchNode", switch=[str(n), 0], on_false=[str(n), 0], on_true=[str(n), 0])


def doubled(n):
    return node("StringConcatenate", string_a=[str(n), 0], string_b=[str(n), 0], delimiter="")


ENDLESS = {
    "switches of switches": {str(n): switch(n + 1) for n in range(100, 170)},
    "a text that doubles": {str(n): doubled(n + 1) for n in range(100, 160)} | {"160": node("A", text="a" * 1000)},
    "pipes of pipes": {str(n): node("Context (rgthree)", base_ctx=[str(n + 1), 0]) for n in range(100, 9000)},
    "a net of mixes": {
        str(n): node("ConditioningCombine", conditioning_1=[str(n + 1), 0], conditioning_2=[str(n + 1), 0])
        for n in range(100, 170)
    },
    "a node of very many inputs": {
        "100": node("JoinStringMulti", delimiter="", **{f"string_{n}": "a" for n in range(9999)})
    },
}


@pytest.mark.parametrize("nodes", ENDLESS.values(), ids=ENDLESS)
def test_a_graph_made_to_be_followed_for_ever_is_given_up(png, nodes):
    """Each node is looked at once for each of its outputs, and no text grows without end."""
    ways = {"positive": ["100", 0], "negative": ["7", 0], "latent_image": ["100", 0]}
    found = read(png("prompt", json.dumps(changed(**nodes, **{"3": node("KSampler", **{**SAMPLER, **ways})}))))
    assert "prompt" not in found.settings
    assert found.settings["negative_prompt"] == "text, watermark"


def test_a_chain_of_very_many_samplers_has_no_first_that_is_looked_for(png):
    chain = {str(n): node("KSampler", **{**SAMPLER, "latent_image": [str(n + 1), 0]}) for n in range(100, 3000)}
    start = {"3": node("KSampler", **{**SAMPLER, "latent_image": ["100", 0]})}
    with pytest.raises(NoSettings):
        read(png("prompt", json.dumps(changed(**chain, **start))))


INVOKE = {
    "app_version": "4.2.8",
    "generation_mode": "txt2img",
    "positive_prompt": "a cat 猫",
    "negative_prompt": "a dog",
    "width": 512,
    "height": 768,
    "seed": 77,
    "rand_device": "cpu",
    "cfg_scale": 7.5,
    "steps": 30,
    "scheduler": "dpmpp_2m_k",
    "model": {"key": "1", "hash": "blake3:1", "name": "stable-diffusion-v1-5", "base": "sd-1", "type": "main"},
}
OLD_INVOKE = {
    "model": "stable diffusion",
    "model_weights": "stable-diffusion-1.5",
    "app_id": "invoke-ai/InvokeAI",
    "app_version": "2.3.5",
    "image": {
        "prompt": [{"prompt": "a cat 猫 [a dog]", "weight": 1.0}],
        "steps": 30,
        "cfg_scale": 7.5,
        "height": 768,
        "width": 512,
        "seed": 77,
        "type": "txt2img",
        "sampler": "k_lms",
        "variations": [],
    },
}


@pytest.mark.parametrize(
    ("key", "data", "scheduler"),
    [
        ("invokeai_metadata", INVOKE, "DPM++ 2M"),
        ("sd-metadata", OLD_INVOKE, "LMS"),
        ("sd-metadata", {**OLD_INVOKE, "image": {**OLD_INVOKE["image"], "prompt": "a cat 猫 [a dog]"}}, "LMS"),
    ],
)
def test_invokeai(png, key, data, scheduler):
    found = read(png(key, json.dumps(data)))
    assert found.program == "InvokeAI"
    assert found.settings == {
        "prompt": "a cat 猫",
        "negative_prompt": "a dog",
        "seed": 77,
        "num_inference_steps": 30,
        "guidance_scale": 7.5,
        "scheduler": scheduler,
        "width": 512,
        "height": 768,
    }
    assert any("the model stable-diffusion" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("DPM++ 2M", ("DPM++ 2M", True)),
        ("dpmpp_2m karras", ("DPM++ 2M", False)),
        ("Euler a", ("Euler ancestral", True)),
        ("k_euler_a", ("Euler ancestral", True)),
        ("euler_k", ("Euler", False)),
        ("uni_pc_bh2 simple", ("UniPC", False)),
        ("PLMS", ("PNDM", True)),
        ("DPM++ 2M SDE Karras", (None, False)),
        ("lcm", (None, False)),
        ("k" * 100_000, (None, False)),
    ],
)
def test_samplers_by_what_others_call_them(name, ours):
    assert sampler(name) == ours


def test_a_sampler_that_we_do_not_have_is_said_and_left_out(png):
    found = read(png("parameters", "a (cat:1.3)\nSteps: 20, Sampler: Restart, Seed: 1, CFG scale: 7"))
    assert "scheduler" not in found.settings
    assert "Its sampler, Restart, is none of those here." in found.remarks
    assert "Weights and LoRAs in its prompt are read as plain text here." in found.remarks


NONE = {
    "words": ("parameters", "hello"),
    "too few": ("parameters", "a cat\nSteps: 20"),
    "endless words": ("parameters", "Steps: " + "a" * 300_000),
    "endless fields": ("parameters", "Steps: " + 'aa:"\\' * 300_000),
    "too long": ("prompt", json.dumps({**COMFY, "x": "a" * LIMIT})),
    "no JSON": ("prompt", "{"),
    "deep": ("prompt", "[" * 10_000 + "]" * 10_000),
    "deep objects": ("invokeai_metadata", '{"a":' * 10_000),
    "a list": ("invokeai_metadata", "[1]"),
    "a number": ("sd-metadata", "7"),
    "no picture": ("sd-metadata", '{"image": []}'),
    "no sampler": ("prompt", json.dumps({"4": COMFY["4"]})),
    "nodes that are none": ("prompt", '{"1": 2, "2": {"inputs": 3}, "3": {"inputs": {"latent_image": 1}}}'),
    "another key": ("Comment", A1111),
}


@pytest.mark.parametrize("given", NONE.values(), ids=NONE)
def test_what_is_none_of_them_is_refused_in_a_sentence(png, given):
    with pytest.raises(NoSettings, match=r"^picture\.png carries no settings of .*\.$"):
        read(png(*given))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xfftEXt"])
def test_a_file_that_is_no_png_is_refused_too(content, tmp_path):
    (tmp_path / "x.png").write_bytes(content)
    for path in (tmp_path / "x.png", tmp_path / "gone", tmp_path):
        with pytest.raises(NoSettings):
            read(path)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["3", "6", "1e999"]),
    lambda inner: st.lists(inner, max_size=2) | st.tuples(st.sampled_from(["3", "6", "7"]), st.just(0)).map(list),
    max_leaves=4,
)


@pytest.mark.parametrize("filling", [" ", "a ", "a: ", 'aa:"\\",', '"'])
def test_a_long_line_without_fields_gives_no_settings(png, filling):
    with pytest.raises(NoSettings):
        read(png("parameters", "a cat\nSteps: " + filling * (3_000_000 // len(filling)), zip=True))


NODES = st.dictionaries(
    st.sampled_from(["positive", "negative", "latent_image", "seed", "steps", "cfg", "sampler_name", "text", "width"]),
    VALUES,
).map(lambda inputs: {"inputs": inputs})


@given(graph=st.dictionaries(st.sampled_from(["3", "6", "7"]), NODES | VALUES))
def test_whatever_stands_in_a_graph_values_come_out_plain(graph):
    with tempfile.TemporaryDirectory() as folder:
        info = PngInfo()
        info.add_text("prompt", json.dumps(graph))
        Image.new("RGB", (8, 8)).save(f"{folder}/picture.png", pnginfo=info)
        try:
            found = read(f"{folder}/picture.png")
        except NoSettings as refusal:
            assert "picture.png" in str(refusal)
            return
    assert set(found.settings) <= set(NAMES)
    assert all(type(value) in (str, int, float) for value in found.settings.values())
