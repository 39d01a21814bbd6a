"""Concepts: a prompt with a taught word is read as diffusers reads it; every other prompt as if there were none."""

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from explorer.engine.concepts import WORD, Concept, Use, tokens_of
from explorer.engine.denoise import Row
from explorer.engine.engine import Engine, Frame
from explorer.engine.fake import FakeNetworks
from explorer.engine.families import ModelError
from explorer.engine.fluent import Fluent
from explorer.experiments.base import Studio
from explorer.experiments.interpolation import Interpolation
from explorer.space.adapters import Adapter, mixed, strongest
from explorer.space.points import Conditioning
from tests.teaching import adapter_of, concept_of, networks, sdxl, tiny_engine
from tests.tiny import tiny_tokenizer

PROMPT = "a <bolt> at the beach"
TOKENIZER = tiny_tokenizer()


@pytest.fixture(scope="module")
def sd():
    return networks()


@pytest.fixture(scope="module")
def bolt(sd):
    return concept_of(sd)


def bytes_of(module: nn.Module) -> list[bytes]:
    return [tensor.numpy().tobytes() for tensor in module.state_dict().values()]


@settings(max_examples=1000)
@given(st.text(max_size=60))
def test_what_has_no_taught_word_is_tokenised_as_ever(text):
    text = text.replace("<bolt>", "<")
    uses = [Use(Concept("<bolt>", (torch.zeros(2, 32),)))]
    numbers = [token.number for token in tokens_of(text, uses, TOKENIZER)]
    assert numbers == TOKENIZER(text, add_special_tokens=False, verbose=False).input_ids


@pytest.mark.parametrize("make", [networks, sdxl])
@pytest.mark.parametrize("text", ["a cat", "", "< <> <bolt <other>", "a " * 90])
def test_a_prompt_without_the_word_is_the_pipelines_own(make, text):
    own = make()
    embeds, _, *pooled = own.pipe.encode_prompt(
        text, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
    )
    read = own.encode(text, [Use(concept_of(own))])
    assert torch.equal(read.prompt_embeds, embeds[0])
    assert read.adapters == ()
    whole, both = own.texts.states([text], ())
    assert torch.allclose(whole, embeds, atol=1e-6)
    assert both is None or torch.allclose(both, pooled[0], atol=1e-6)


def taught(pipe, concept):
    """A copy of the pipeline in which diffusers has loaded the concept's vectors."""
    pipe = copy.deepcopy(pipe)
    if len(concept.vectors) == 1:
        pipe.load_textual_inversion({concept.word: concept.vectors[0]})
        return pipe
    for name, vectors in zip(("", "_2"), concept.vectors, strict=True):
        parts = {"text_encoder": getattr(pipe, f"text_encoder{name}"), "tokenizer": getattr(pipe, f"tokenizer{name}")}
        pipe.load_textual_inversion({concept.word: vectors}, **parts)
    return pipe


@pytest.mark.parametrize("make", [networks, sdxl])
@pytest.mark.parametrize("prompt", [PROMPT, "<bolt>", "x<bolt>y, <bolt>", f"{'a ' * 74}<bolt>", f"{'a ' * 80}<bolt>"])
@pytest.mark.filterwarnings("ignore")
def test_a_prompt_with_the_word_is_read_as_diffusers_reads_it(make, prompt):
    own = make()
    concept = concept_of(own, adapter=False)
    options = {"device": "cpu", "num_images_per_prompt": 1, "do_classifier_free_guidance": False}
    embeds, _, *pooled = taught(own.pipe, concept).encode_prompt(prompt, **options)
    read = own.encode(prompt, [Use(concept)])
    assert torch.allclose(read.prompt_embeds, embeds[0], atol=1e-5)
    assert read.pooled_prompt_embeds is None or torch.allclose(read.pooled_prompt_embeds, pooled[0][0], atol=1e-5)


def test_neither_tokenizer_nor_table_is_changed(sd, bolt):
    before = len(sd.pipe.tokenizer), bytes_of(sd.pipe.text_encoder), sd.pipe.tokenizer(PROMPT).input_ids
    sd.encode(PROMPT, [Use(bolt)])
    assert (len(sd.pipe.tokenizer), bytes_of(sd.pipe.text_encoder), sd.pipe.tokenizer(PROMPT).input_ids) == before


def test_two_words_of_one_name_never_share_a_conditioning(sd, bolt):
    other = concept_of(sd, seed=2)
    mine, theirs, plain = (sd.encode(PROMPT, uses) for uses in ([Use(bolt)], [Use(other)], ()))
    assert len({each.digest for each in (mine, theirs, plain)}) == 3
    assert sd.encode(PROMPT, [Use(bolt)]) is mine
    assert sd.encode("a cat", [Use(bolt)]) is sd.encode("a cat")


def test_strength_goes_from_its_kind_to_the_word_and_beyond(sd, bolt):
    at = {s: sd.encode(PROMPT, [Use(bolt, s)]) for s in (0.0, 0.5, 1.0, 1.5)}
    cat = sd.encode("a cat at the beach")
    assert torch.equal(at[0.0].prompt_embeds, cat.prompt_embeds)
    assert at[0.0].adapters == ()
    for strength in (0.5, 1.5):
        line = cat.prompt_embeds + strength * (at[1.0].prompt_embeds - cat.prompt_embeds)
        assert torch.allclose(at[strength].prompt_embeds, line, atol=1e-5)
        assert at[strength].adapters == ((bolt.adapter, strength),)


def test_a_word_without_vectors_turns_its_adapter_on_and_says_nothing(sd):
    style = Concept("<style>", (torch.zeros(0, 32),), adapter_of(sd.pipe.unet))
    read = sd.encode("a cat <style>", [Use(style)])
    assert torch.allclose(read.prompt_embeds, sd.encode("a cat ").prompt_embeds, atol=1e-6)
    assert read.adapters == ((style.adapter, 1.0),)


def test_what_is_cut_off_counts_the_vectors(sd, bolt):
    assert sd.cut_off(f"{'a ' * 74}<bolt> b", [Use(bolt)]) == "<bolt> b"
    assert sd.cut_off(f"{'a ' * 73}<bolt> b", [Use(bolt)]) == "b"
    assert sd.cut_off(f"{'a ' * 72}<bolt> b", [Use(bolt)]) == ""


@pytest.mark.parametrize("word", ["bolt", "<>", "<Bolt>", "<a b>", f"<{'a' * 33}>", "<-a>", "<a>b"])
def test_a_word_has_brackets_and_small_letters(word):
    assert not WORD.fullmatch(word)
    with pytest.raises(ValueError, match="small letters, digits"):
        Concept(word, ())


def test_a_concept_of_another_model_is_refused_in_a_sentence(sd, bolt):
    with pytest.raises(ModelError, match=r"^it has vectors 48 wide; this model's text is 32 wide\.$"):
        sd.check(Concept("<bolt>", (torch.zeros(1, 48),)), "it")
    vectors = (torch.zeros(1, 32),)
    strange = Adapter({"unet.no.such": (torch.zeros(1, 4), torch.zeros(4, 1))})
    with pytest.raises(ModelError, match=r"^it changes unet\.no\.such, which is no layer of this model\.$"):
        sd.check(Concept("<bolt>", vectors, strange), "it")
    path, (_, up) = next(iter(bolt.adapter.layers.items()))
    wide = Adapter({path: (torch.zeros(2, 7), up)})
    with pytest.raises(ModelError, match="is made for another shape of"):
        sd.check(Concept("<bolt>", vectors, wide), "it")
    sd.check(bolt, "it")


# ---- the UNet -------------------------------------------------------------------------------------------------------


def folded(own, *parts):
    """A copy of the UNet with W + scale x B A worked out by hand."""
    unet = copy.deepcopy(own.pipe.unet)
    for adapter, strength in parts:
        for path, (down, up) in adapter.layers.items():
            module = unet.get_submodule(path.removeprefix("unet."))
            change = (up.flatten(1) @ down.flatten(1)).reshape(module.weight.shape)
            with torch.no_grad():
                module.weight += strength * change
    return unet


def rows_of(own, adapters, count=3):
    draws = torch.Generator().manual_seed(5)
    texts = [Conditioning(torch.randn(77, 32, generator=draws)) for _ in range(count)]
    return [
        Row(torch.randn(4, 16, 16, generator=draws), torch.tensor(100 * i + 1), text, adapters)
        for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize("micro_batch", [None, 4, 2])
def test_an_adapter_is_w_plus_scale_times_b_a(sd, micro_batch):
    one, two = adapter_of(sd.pipe.unet, seed=1), adapter_of(sd.pipe.unet, seed=2)
    both = mixed((((one, 0.7), (two, 1.2)), 1.0))
    rows = rows_of(sd, both)
    unet = folded(sd, (one, 0.7), (two, 1.2))
    with torch.inference_mode():
        texts = torch.stack([row.conditioning.prompt_embeds for row in rows])
        times = torch.stack([row.timestep for row in rows])
        expected = unet(torch.stack([row.model_input for row in rows]), times, texts).sample
    found = sd.predict(rows, micro_batch)
    assert torch.allclose(found, expected, atol=1e-5)
    plain = sd.predict(rows_of(sd, ()), 4)
    assert (found - plain).abs().mean() > 1e-2


def test_the_weights_are_untouched_after_any_number_of_switches(sd, bolt):
    before, rows = bytes_of(sd.pipe.unet), rows_of(sd, ())
    plain = sd.predict(rows, 4)
    for strength in (1.0, 0.3, 1.5) * 10:
        sd.predict(rows_of(sd, ((bolt.adapter, strength),)), 4)
    assert bytes_of(sd.pipe.unet) == before
    assert torch.equal(sd.predict(rows, 4), plain)
    assert not any(module._forward_hooks for module in sd.pipe.unet.modules())


def test_an_adapter_of_the_text_encoder_acts_where_its_word_stands(sd):
    te = adapter_of(sd.pipe.text_encoder, "text_encoder")
    read = sd.encode("a <te>", [Use(Concept("<te>", (torch.zeros(0, 32),), te))])
    encoder = copy.deepcopy(sd.pipe.text_encoder)
    for path, (down, up) in te.layers.items():
        with torch.no_grad():
            encoder.get_submodule(path.removeprefix("text_encoder.")).weight += up @ down
    ids = sd.pipe.tokenizer("a ", padding="max_length", return_tensors="pt").input_ids
    assert torch.allclose(read.prompt_embeds, encoder(ids)[0][0], atol=1e-5)
    assert read.adapters == ()


def test_mixtures_carry_each_adapter_by_its_weight(sd, bolt):
    other = concept_of(sd, "<nut>", seed=2)
    a, b = sd.encode("a <bolt>", [Use(bolt)]), sd.encode("a <nut>", [Use(other, 0.5)])
    strengths = dict(a.toward(b, 0.25, "slerp").adapters)
    assert strengths == {bolt.adapter: 0.75, other.adapter: 0.125}
    assert a.toward(a, 0.3, "lerp").adapters == a.adapters
    assert a.toward(sd.encode("a cat"), 1, "lerp").adapters == ()
    assert dict(strongest(a.adapters, ((bolt.adapter, 0.2),))) == {bolt.adapter: 1.0}


def test_a_call_has_rows_of_one_combination(sd, bolt):
    engine = Engine(sd)
    film = Interpolation(prompts=("a cat", "a <bolt>"), frames=4, num_inference_steps=2, fps=1).resolved(
        engine.defaults
    )
    plan, calls = film.plan(Fluent(engine, [Use(bolt)])), []
    render = engine.render(plan)
    submit = render._submit
    render._submit = lambda rows: calls.append({row.adapters for row in rows}) or submit(rows)
    frames = [event for event in render if isinstance(event, Frame)]
    assert len(frames) == 4
    assert all(len(combinations) == 1 for combinations in calls)
    assert {strength for (combination,) in calls for _, strength in combination} == {0.333333333, 0.666666667, 1.0}
    assert render.rows.run == render.price.rows


def test_a_concept_and_its_strength_are_part_of_a_frames_name():
    engine = Engine(FakeNetworks())
    film = Interpolation(prompts=("a <bolt>", "a cat"), frames=2).resolved(engine.defaults)
    bolt = Concept("<bolt>", (torch.zeros(1, 4),), Adapter({"unet.x": (torch.ones(1, 2), torch.ones(2, 1))}))
    same_vectors = Concept("<bolt>", bolt.vectors, Adapter({"unet.x": (torch.ones(1, 2), torch.zeros(2, 1))}))
    keys = {
        engine.render(film.plan(Fluent(engine, uses))).keys[0]
        for uses in ([Use(bolt)], [Use(bolt, 0.5)], [Use(same_vectors)], [])
    }
    assert len(keys) == 4
    assert engine.render(film.plan(Fluent(engine, [Use(bolt)]))).keys[1] == engine.render(film.plan(engine)).keys[1]


def test_a_picture_is_the_same_alone_and_among_others():
    bolt = concept_of(networks())

    def first(prompts, frames):
        """The bytes of the first picture of a film, by an engine of its own."""
        engine = tiny_engine()
        options = {"prompts": prompts, "frames": frames, "scheduler": "DDIM"}
        plan = Interpolation(**options).resolved(engine.defaults).plan(Fluent(engine, [Use(bolt)]))
        return next(event.png for event in engine.render(plan) if isinstance(event, Frame) and event.index == 0)

    assert first(("a <bolt>", "a cat"), 3) == first(("a <bolt>", "a dog"), 2)


def test_whoever_has_words_can_ask_for_all_that_a_plan_may_ask_for() -> None:
    asked = {name for name in vars(Studio) if not name.startswith("_")}
    assert {"encode", "extras"} <= asked <= set(vars(Fluent))
