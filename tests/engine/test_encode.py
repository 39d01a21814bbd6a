"""Prompts to conditionings: as the pipeline does it, each once, and what is cut off said in the user's words."""

import threading
import unicodedata
from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import CLIPTextModel, CLIPTokenizer

from explorer.engine.encode import Encoder
from explorer.engine.known import POCKET
from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd, tiny_sdxl

CPU = torch.device("cpu")
GUIDED = {"device": CPU, "num_images_per_prompt": 1, "do_classifier_free_guidance": True}
PROMPTS = ("a cat", "", "A Watercolor, of a dog!", "一只猫在海滩上 🐈", "word " * 200)
WORDS = ("a", "Cat", "DOG,", "boat.", "watercolor", "don't", "猫", "一只猫", "🐈", "x=1", "İstanbul", "ÉTÉ")
WORDS += tuple(unicodedata.normalize("NFD", word) for word in ("café", "Ünï"))


def pocket():
    """The bundled tokenizer and text encoder, in a pipeline whose other parts are tiny."""
    pipe = tiny_sd(cross_attention_dim=256)
    with quiet():
        text_encoder = CLIPTextModel.from_pretrained(POCKET / "text_encoder", dtype=torch.float32)
        tokenizer = CLIPTokenizer.from_pretrained(POCKET / "tokenizer")
    pipe.register_modules(text_encoder=text_encoder.eval().requires_grad_(False), tokenizer=tokenizer)
    return pipe


PIPES = {"sd": tiny_sd, "sdxl": tiny_sdxl, "pocket": pocket}


@pytest.fixture(scope="module", params=PIPES)
def pipe(request):
    with quiet():  # diffusers says in its own words what it cuts off
        yield PIPES[request.param]()


@pytest.fixture(scope="module", params=["sd", "pocket"])
def one_tokenizer(request):
    with quiet():
        yield PIPES[request.param]()


def counted(pipe) -> Counter:
    """How often each token sequence goes through the text encoder."""
    calls: Counter = Counter()

    def count(module, args, kwargs):
        calls[tuple((args[0] if args else kwargs["input_ids"]).flatten().tolist())] += 1

    pipe.text_encoder.register_forward_pre_hook(count, with_kwargs=True)
    return calls


def assert_equal(conditioning, embeds, pooled=None):
    assert torch.equal(conditioning.prompt_embeds, embeds[0])
    assert (conditioning.pooled_prompt_embeds is None) == (pooled is None)
    if pooled is not None:
        assert torch.equal(conditioning.pooled_prompt_embeds, pooled[0])


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_conditioning_is_what_the_pipeline_makes_of_the_prompt(pipe, prompt):
    encoder = Encoder(pipe, CPU)
    positive, negative, *pooled = pipe.encode_prompt(prompt, **GUIDED, negative_prompt="blurry " + prompt)
    ours = encoder.encode(prompt)
    assert ours.prompt_embeds.dtype == torch.float32
    assert ours.prompt_embeds.shape == (77, pipe.unet.config.cross_attention_dim)
    assert_equal(ours, positive, *pooled[:1])
    assert_equal(encoder.encode_negative("blurry " + prompt), negative, *pooled[1:])


def test_an_empty_negative_prompt_is_what_the_pipeline_takes_when_none_is_given(pipe):
    _, negative, *pooled = pipe.encode_prompt("a cat", **GUIDED)
    assert_equal(Encoder(pipe, CPU).encode_negative(""), negative, *pooled[1:])


def test_that_is_zeros_for_sdxl_and_the_encoding_of_nothing_for_sd():
    with quiet():
        sd, sdxl, unforced = tiny_sd(), tiny_sdxl(), tiny_sdxl()
    unforced.register_to_config(force_zeros_for_empty_prompt=False)
    zeros = Encoder(sdxl, CPU).encode_negative("")
    assert not zeros.prompt_embeds.any()
    assert not zeros.pooled_prompt_embeds.any()
    assert zeros.prompt_embeds.shape == Encoder(sdxl, CPU).encode("").prompt_embeds.shape
    for pipe in (sd, unforced):
        encoder = Encoder(pipe, CPU)
        assert encoder.encode_negative("") is encoder.encode("")
        assert encoder.encode("").prompt_embeds.any()


def test_the_zeros_of_a_negative_prompt_are_not_the_encoding_of_an_empty_prompt():
    encoder = Encoder(tiny_sdxl(), CPU)
    assert not encoder.encode_negative("").prompt_embeds.any()
    assert encoder.encode("").prompt_embeds.any()
    assert not encoder.encode_negative("").prompt_embeds.any()


def test_a_prompt_is_encoded_once_and_the_ones_used_last_are_kept():
    pipe = tiny_sd()
    encoder, calls = Encoder(pipe, CPU, size=2), counted(pipe)
    first = encoder.encode("a")
    assert encoder.encode("a") is encoder.encode_negative("a") is first
    assert calls.total() == 1
    for prompt in ("b", "a", "c"):  # "b" is now the one used longest ago, and there is room for two
        encoder.encode(prompt)
    assert calls.total() == 3
    assert encoder.encode("a") is first
    assert calls.total() == 3
    encoder.encode("b")
    assert calls.total() == 4
    for number in range(10):
        encoder.encode(str(number))
    assert len(encoder._cache) == 2


def at_once(works) -> list:
    """Runs each in a thread of its own, all from the same moment; their results, or the first error."""
    start, results, errors = threading.Barrier(len(works)), {}, []

    def run(number):
        start.wait(10)
        try:
            results[number] = works[number]()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(works))]


def test_threads_that_ask_for_the_same_prompts_share_one_encoding_of_each():
    pipe = tiny_sd()
    encoder, calls = Encoder(pipe, CPU), counted(pipe)
    prompts = ("a cat", "a dog", "a boat")

    def ask(turn):
        order = prompts[turn:] + prompts[:turn]
        return lambda: {prompt: encoder.encode(prompt) for prompt in order}

    found = at_once([ask(number % 3) for number in range(8)])
    assert list(calls.values()) == [1, 1, 1]
    assert all(answer[prompt] is found[0][prompt] for answer in found for prompt in prompts)


def test_the_tokenizer_is_used_by_one_thread_at_a_time():
    """It is told to truncate or not before each use, and forgets what it was told when another thread tells it."""
    pipe = tiny_sd()
    tokenizer, busy, met = pipe.tokenizer, threading.Lock(), []

    class Watched:
        model_max_length = tokenizer.model_max_length

        def __call__(self, *args, **kwargs):
            met.append(not busy.acquire(blocking=False))
            threading.Event().wait(0.002)
            result = tokenizer(*args, **kwargs)
            if not met[-1]:
                busy.release()
            return result

        def __getattr__(self, name):
            return getattr(tokenizer, name)

    pipe.tokenizer, prompt = Watched(), "cat " * 60
    encoder = Encoder(pipe, CPU)
    encoded = [lambda number=number: encoder.encode(f"{number} {prompt}").prompt_embeds.shape for number in range(4)]
    cut = [lambda: encoder.cut_off(prompt)] * 4
    with quiet():
        results = at_once([*encoded, *cut])
    assert results == [(77, 32)] * 4 + [encoder.cut_off(prompt)] * 4
    assert len(met) >= 8
    assert not any(met)


def tokens(pipe, text: str) -> list[int]:
    """Without the start and the end."""
    return pipe.tokenizer(text, truncation=False, verbose=False)["input_ids"][1:-1]


@pytest.mark.parametrize("prompt", ["", " ", "a cat", "A Cat!", "一只猫", "🐈", "a " * 75, " a\n" + "a " * 74 + "\n "])
def test_nothing_is_cut_off_what_fits(one_tokenizer, prompt):
    assert len(tokens(one_tokenizer, prompt)) <= 75
    assert Encoder(one_tokenizer, CPU).cut_off(prompt) == ""


@pytest.mark.parametrize(
    "tail",
    [
        "B",
        "Two Cats, BOTH asleep!",
        "一只猫在海滩上",
        "🐈 & 🛶",
        "cafe\u0301  and\n\ttea",
        "<img onerror=x> ${y}",
        "%s {0}",
    ],
)
def test_what_is_cut_off_is_in_the_users_own_words(one_tokenizer, tail):
    prompt = "A b, " + "C " * 72 + tail
    assert len(tokens(one_tokenizer, prompt.removesuffix(tail))) == 75
    assert Encoder(one_tokenizer, CPU).cut_off(prompt) == tail
    assert Encoder(one_tokenizer, CPU).cut_off(f"{prompt} \n") == tail


@settings(max_examples=20)
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=60), space=st.sampled_from([" ", "  ", "\n", " \t"]))
def test_the_kept_text_and_the_tail_are_the_prompt_and_the_tail_has_no_part_in_the_conditioning(
    one_tokenizer, words, space
):
    """Words are tokenized one by one, so the word in which the room ends is known by counting."""
    encoder, prompt, room = Encoder(one_tokenizer, CPU), space.join(words), 75
    tail = encoder.cut_off(prompt)
    lengths = [len(tokens(one_tokenizer, word)) for word in words]
    whole = next((n for n in range(len(words)) if sum(lengths[: n + 1]) > room), len(words))
    assert prompt.endswith(tail)
    if sum(lengths[:whole]) == room or whole == len(words):
        assert tail == space.join(words[whole:])
        kept = encoder.encode(prompt.removesuffix(tail))
        assert torch.equal(kept.prompt_embeds, encoder.encode(prompt).prompt_embeds)
    else:
        assert len(space.join(words[whole + 1 :])) < len(tail) <= len(space.join(words[whole:]))


def test_a_word_is_cut_where_its_tokens_are():
    """Of letters as tokens, the first 75 count; whatever follows them may change and the conditioning does not."""
    with quiet():
        encoder = Encoder(tiny_sd(), CPU)
        prompt = "a" * 70 + "straWBerry"
        tail, embeds = encoder.cut_off(prompt), encoder.encode(prompt).prompt_embeds
        assert tail == "Berry"
        assert torch.equal(encoder.encode(prompt[:75] + "zz").prompt_embeds, embeds)
        assert not torch.equal(encoder.encode(prompt[:74] + "z" + tail).prompt_embeds, embeds)


def test_a_character_of_which_only_a_part_is_read_counts_as_cut(one_tokenizer):
    """An emoji is up to four tokens: with room for one or two of them, its picture is lost."""
    cat = len(tokens(one_tokenizer, "🐈"))
    prompt = "a " * (75 - cat + 1) + "🐈 and more"
    assert Encoder(one_tokenizer, CPU).cut_off(prompt) == "🐈 and more"
