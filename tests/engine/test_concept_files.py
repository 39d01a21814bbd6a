"""Concept files: diffusers reads ours and draws the same; everybody's are read here or refused in a sentence."""

import io
import json
import pickle
import random
import zipfile

import pytest
import safetensors.torch
import torch

from explorer.engine import concept_files
from explorer.engine.concept_files import EMBEDS, LORA, RECORD, ConceptError, read, read_file, record_of, zipped
from explorer.engine.concepts import Concept, Use
from explorer.engine.engine import Engine, Frame
from explorer.engine.fluent import Fluent
from explorer.engine.schedulers import make_scheduler
from explorer.experiments.interpolation import Interpolation
from explorer.space.adapters import Adapter
from tests.teaching import adapter_of, concept_of, networks, sdxl
from tests.tiny import _unet_name, tiny_sd, tiny_sdxl

MAKES = {"sd": networks, "sdxl": sdxl}


@pytest.fixture(scope="module", params=MAKES)
def own(request):
    return MAKES[request.param]()


@pytest.fixture(scope="module")
def sd():
    return networks()


def saved(tensors) -> bytes:
    return safetensors.torch.save({name: tensor.contiguous() for name, tensor in tensors.items()})


def same(a: Concept, b: Concept, places: int = 5) -> bool:
    near = {"atol": 10**-places}
    vectors = all(torch.allclose(x, y, **near) for x, y in zip(a.vectors, b.vectors, strict=True))
    one, two = ({p: u.flatten(1) @ d.flatten(1) for p, (d, u) in c.adapter.layers.items()} for c in (a, b))
    return vectors and all(torch.allclose(one[path], two[path], **near) for path in one | two)


# ---- ours -----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_again(own):
    concept = concept_of(own)
    file = zipped(concept, {"steps": 200})
    found = read(file, "any.zip", own)
    assert found.digest == concept.digest
    assert (found.word, found.like) == ("<bolt>", "cat")
    said = {"explorer": 1, "word": "<bolt>", "like": "cat", "digest": concept.digest.hex(), "steps": 200}
    assert record_of(file) == said
    assert zipped(concept, {"steps": 200}) == file
    assert sorted(zipfile.ZipFile(io.BytesIO(file)).namelist()) == sorted([EMBEDS, LORA, RECORD])


@pytest.mark.parametrize("of", ["vectors", "adapter"])
def test_a_concept_of_one_kind_has_one_file(own, of):
    whole = concept_of(own)
    nothing = tuple(torch.zeros(0, width) for width in own.text_widths)
    concept = Concept("<bolt>", whole.vectors) if of == "vectors" else Concept("<bolt>", nothing, whole.adapter)
    file = zipped(concept, {})
    assert read(file, "any.zip", own).digest == concept.digest
    assert sorted(zipfile.ZipFile(io.BytesIO(file)).namelist()) == sorted([EMBEDS if of == "vectors" else LORA, RECORD])


@pytest.mark.filterwarnings("ignore")
def test_diffusers_own_pipelines_draw_the_same_picture(own, tmp_path):
    pytest.importorskip("peft", reason="diffusers loads LoRAs with peft, which requirements-dev.txt has")
    concept = concept_of(own, vectors=2)
    zipfile.ZipFile(io.BytesIO(zipped(concept, {}))).extractall(tmp_path)
    engine = Engine(own)
    settings = {"guidance_scale": 5.0, "num_inference_steps": 4, "scheduler": "DDIM", "seed": 3}
    film = Interpolation(prompts=("a <bolt> at the beach", "a cat"), frames=2, **settings).resolved(engine.defaults)
    plan = film.plan(Fluent(engine, [Use(concept)]))
    steps = (event for event in engine.render(plan) if not isinstance(event, Frame))
    finished = next(step for step in steps if step.index == 0 and step.last)
    pipe = loaded(tmp_path, concept)
    pipe.scheduler = make_scheduler("DDIM", pipe.scheduler, 4)
    asked = {"latents": plan.point(0).latents[None], "num_inference_steps": 4, "guidance_scale": 5.0}
    expected = pipe(film.prompts[0], height=32, width=32, output_type="latent", **asked).images[0]
    assert torch.allclose(finished.latents, expected, atol=1e-4)


def loaded(folder, concept):
    """diffusers' pipeline with the files of a concept."""
    if len(concept.vectors) == 1:
        pipe = tiny_sd()
        pipe.load_textual_inversion(folder, weight_name=EMBEDS)
    else:
        pipe = tiny_sdxl()
        embeds = safetensors.torch.load_file(folder / EMBEDS)
        for name, suffix in (("clip_l", ""), ("clip_g", "_2")):
            encoder, tokenizer = getattr(pipe, f"text_encoder{suffix}"), getattr(pipe, f"tokenizer{suffix}")
            pipe.load_textual_inversion(
                {concept.word: embeds[name]}, token=concept.word, text_encoder=encoder, tokenizer=tokenizer
            )
    pipe.load_lora_weights(folder, weight_name=LORA)
    return pipe


# ---- the forms of the field -----------------------------------------------------------------------------------------


def flat(path: str) -> str:
    return path.replace(".", "_")


def kohya(concept, alpha=1.0, name=lambda path: path):
    """kohya's names: lora_unet_ and the path with underscores, .alpha beside it; `up` is as much larger."""
    found = {}
    for path, (down, up) in concept.adapter.layers.items():
        part, _, inner = path.partition(".")
        start = {"unet": "lora_unet_", "text_encoder": "lora_te_", "text_encoder_2": "lora_te2_"}[part]
        stem = start + flat(name(inner) if part == "unet" else f"text_model.{inner.removeprefix('text_model.')}")
        rank = down.shape[0]
        found |= {f"{stem}.lora_down.weight": down, f"{stem}.lora_up.weight": up * rank / alpha}
        found[f"{stem}.alpha"] = torch.tensor(alpha)
    return found


def peft(concept, start=""):
    named = {}
    for path, (down, up) in concept.adapter.layers.items():
        named |= {f"{start}{path}.lora_A.weight": down, f"{start}{path}.lora_B.weight": up}
    return named


def old_diffusers(concept):
    """As diffusers wrote attention before it had peft: unet....processor.to_q_lora.down.weight."""
    named = {}
    for path, (down, up) in concept.adapter.layers.items():
        stem, _, last = path.rpartition(".attn1." if ".attn1." in path else ".attn2.")
        if not stem:
            continue
        attention = path[len(stem) + 1 : len(stem) + 6]
        stem = f"{stem}.{attention}.processor.{last.removesuffix('.0')}_lora"
        named |= {f"{stem}.down.weight": down, f"{stem}.up.weight": up}
    return named


def only_lora(own, concept):
    return Concept("<style>", tuple(torch.zeros(0, width) for width in own.text_widths), concept.adapter)


def test_loras_of_kohya_and_peft_are_read(own):
    te = adapter_of(own.pipe.text_encoder, "text_encoder", seed=4)
    whole = Concept("<style>", (), Adapter({**concept_of(own).adapter.layers, **te.layers}))
    concept = only_lora(own, whole)
    forms = {
        "kohya": kohya(concept, alpha=0.5),
        "kohya, no alpha": {k: v for k, v in kohya(concept, alpha=2.0).items() if not k.endswith("alpha")},
        "peft": peft(concept),
        "half": {name: tensor.half() for name, tensor in peft(concept).items()},
    }
    for form, tensors in forms.items():
        found = read(saved(tensors), "style.safetensors", own)
        assert found.word == "<style>", form
        assert same(found, concept, 2 if form == "half" else 5), form


def test_loras_of_the_original_code_names_are_read(sd):
    """kohya's for SDXL count blocks as the original code does."""
    concept = only_lora(sd, concept_of(sd))
    layers = sd.pipe.unet.config.layers_per_block + 1

    def original(path):
        return _unet_name(f"{path}.weight", layers, sd.pipe.unet).removesuffix(".weight")

    assert same(read(saved(kohya(concept, name=original)), "style.safetensors", sd), concept)


def test_old_loras_of_diffusers_are_read(sd):
    tensors = old_diffusers(concept_of(sd))
    found = read(saved(tensors), "style.safetensors", sd)
    layers = concept_of(sd).adapter.layers
    expected = {path: ab for path, ab in layers.items() if ".attn" in path}
    assert set(found.adapter.layers) == set(expected)
    assert all(torch.equal(found.adapter.layers[path][1], up) for path, (_, up) in expected.items())


@pytest.mark.parametrize("key", ["<bolt>", "emb_params", "anything"])
def test_embeddings_of_diffusers_and_civitai_are_read(sd, key):
    for vectors in (torch.randn(3, 32), torch.randn(32)):
        found = read(saved({key: vectors}), "Bad Hands v4.safetensors", sd)
        assert torch.equal(found.vectors[0], vectors.reshape(-1, 32))
        assert found.word == ("<bolt>" if key == "<bolt>" else "<bad-hands-v4>")


def test_embeddings_of_sdxl_are_taken_apart():
    tensors = {"clip_l": torch.randn(2, 32), "clip_g": torch.randn(2, 32)}
    found = read(saved(tensors), "x.safetensors", sdxl())
    assert [torch.equal(a, b) for a, b in zip(found.vectors, tensors.values(), strict=True)] == [True, True]


def refused(file: bytes, networks, name="it.safetensors") -> str:
    with pytest.raises(ConceptError) as error:
        read(file, name, networks)
    sentence = str(error.value)
    assert "\n" not in sentence
    assert len(sentence) < 250
    return sentence


def test_what_is_for_another_model_is_refused_in_a_sentence(sd):
    wide = {"<bolt>": torch.zeros(1, 768)}
    assert refused(saved(wide), sd) == "it.safetensors has vectors 768 wide; this model's text is 32 wide."
    both = {"clip_l": torch.zeros(1, 768), "clip_g": torch.zeros(1, 1280)}
    assert refused(saved(both), sd).endswith("is an embedding for SDXL (clip_l, clip_g), and this model is none.")
    assert "has 2" in refused(saved({"<bolt>": torch.zeros(1, 32)}), sdxl())
    strange = {"lora_unet_x.lora_down.weight": torch.zeros(1, 4), "lora_unet_x.lora_up.weight": torch.zeros(4, 1)}
    assert refused(saved(strange), sd) == "it.safetensors changes lora_unet_x, which is no layer of this model."
    path = next(iter(concept_of(sd).adapter.layers))
    narrow = {f"{path}.lora_A.weight": torch.zeros(1, 4), f"{path}.lora_B.weight": torch.zeros(4, 1)}
    assert "made for another shape" in refused(saved(narrow), sd)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ("dora_scale", "a DoRA"),
        ("lora_magnitude_vector", "a DoRA"),
        ("hada_w1_a", "a LoHa"),
        ("lokr_w1", "a LoKr"),
        ("lora_mid.weight", "a LoCon in three parts"),
        ("diff", "a change of whole weights"),
    ],
)
def test_other_kinds_of_adapters_are_refused_by_their_names(sd, extra, said):
    tensors = {**kohya(concept_of(sd)), f"lora_unet_x.{extra}": torch.zeros(2, 2)}
    assert f"is {said} (" in refused(saved(tensors), sd)


def test_halves_and_several_and_nothing_are_refused(sd):
    half = dict(list(peft(concept_of(sd)).items())[:1])
    assert "without its other half" in refused(saved(half), sd)
    assert "has 2 embeddings; one is taken" in refused(saved({"a": torch.zeros(1, 32), "b": torch.zeros(1, 32)}), sd)
    assert "neither an embedding nor a LoRA" in refused(saved({"x.weight": torch.zeros(3)}), sd)
    assert "has 99 vectors; 1 to 75 are read" in refused(saved({"a": torch.zeros(99, 32)}), sd)
    assert "(NaN or infinity)" in refused(saved({"a": torch.full((1, 32), float("nan"))}), sd)
    assert "int64" in refused(saved({"a": torch.zeros(1, 32, dtype=torch.int64)}), sd)


class Bomb:
    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was opened')",))


@pytest.mark.parametrize("name", ["a.pt", "a.bin", "a.safetensors", "a.zip"])
def test_no_pickle_is_opened(sd, name, tmp_path):
    buffer = io.BytesIO()
    torch.save({"string_to_param": {"*": torch.zeros(1, 32)}}, buffer)
    for file in (pickle.dumps(Bomb()), buffer.getvalue()):
        sentence = refused(file, sd, name)
        assert ("is a pickle" in sentence) == name.endswith((".pt", ".bin"))
    (tmp_path / name).write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ConceptError):
        read_file(tmp_path / name, sd)


def test_a_file_of_two_gigabytes_is_refused_by_its_size(sd, monkeypatch, tmp_path):
    monkeypatch.setattr(concept_files, "MOST_BYTES", 1000)
    assert "GB, which is no concept" in refused(saved({"a": torch.zeros(40, 32)}), sd)
    (tmp_path / "large.safetensors").write_bytes(bytes(5000))
    with pytest.raises(ConceptError, match="which is no concept"):
        read_file(tmp_path / "large.safetensors", sd)
    with pytest.raises(ConceptError, match="cannot be read"):
        read_file(tmp_path / "none.safetensors", sd)


def mutations():
    """200 spoilt files: bytes changed, cut off, doubled, numbers in the header made large."""
    own = networks()
    concept = concept_of(own)
    sound = [zipped(concept, {}), saved(kohya(concept)), saved({"<bolt>": torch.zeros(2, 32)}), saved(peft(concept))]
    for seed in range(200):
        lot = random.Random(seed)
        file = bytearray(sound[seed % len(sound)])
        for _ in range(lot.randint(1, 8)):
            what, where = lot.randrange(5), lot.randrange(min(len(file), lot.choice([16, 400, len(file)])))
            if what == 0:
                file[where] = lot.randrange(256)
            elif what == 1:
                del file[where : where + lot.randint(1, 40)]
            elif what == 2:
                file[where:where] = file[: lot.randint(1, 40)]
            elif what == 3:
                del file[where + 1 :]
            else:
                file[where : where + 1] = bytes([file[where] ^ (1 << lot.randrange(8))])
            if not file:
                break
        yield bytes(file)


def is_read(file: bytes, networks) -> bool:
    try:
        return isinstance(read(file, "spoilt.safetensors", networks), Concept)
    except ConceptError as error:
        assert "\n" not in str(error)
        return False


def test_spoilt_files_are_read_or_refused_and_nothing_else(sd):
    outcomes = [is_read(file, sd) for file in mutations()]
    assert len(outcomes) == 200
    assert outcomes.count(False) > 100


@pytest.mark.parametrize("said", [b"[]", b"{", b'{"word": 3, "like": []}', json.dumps({"word": "<b a>"}).encode()])
def test_a_strangers_record_decides_nothing_that_it_may_not(sd, said):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(EMBEDS, saved({"x": torch.zeros(1, 32)}))
        archive.writestr(RECORD, said)
    found = read(buffer.getvalue(), "mine.zip", sd)
    assert (found.word, found.like) == ("<mine>", "")
