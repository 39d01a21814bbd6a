"""Teaching a word: the gradient is that of diffusers' script, a kill costs nothing, the networks stay as they are."""

import copy
import dataclasses
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from diffusers import DDPMScheduler
from torch.nn.functional import mse_loss

from explorer.engine.concepts import Use
from explorer.engine.engine import Engine, Frame
from explorer.engine.known import POCKET
from explorer.engine.lessons import (
    OTHERS,
    Course,
    Lesson,
    LessonError,
    bracketed,
    captions_of,
    film_of,
    of_known_kind,
    teaching_of,
)
from explorer.engine.tasks import Execution, TaskStore, generator
from explorer.engine.teaching import Example, Learning, Teaching, concepts_of
from explorer.engine.words import Words
from explorer.engine.workers import Worker
from tests.engine.test_concepts import bytes_of, folded
from tests.teaching import draw, networks, sdxl, tiny_engine

CAPTIONS = ("a photo of a <bolt>", "<bolt> on a beige background")


def task(**changes) -> Teaching:
    examples = tuple(Example(draw(i), CAPTIONS) for i in range(3))
    usual = {"like": "c", "lessons": 6, "batch": 2, "at_once": 2, "every": 2, "rank": 2, "learning_rate": 1e-2}
    return Teaching("<bolt>", examples, **{**usual, **changes})


def done_at_once(task, own=None):
    """What came of it, without a stop or a file."""
    work = task.begin(own or networks())
    figures = [work.step(number) for number in range(task.steps)]
    return work.result(), figures


def scripts_gradient(pipe, vectors, latents, noise, timesteps, captions):
    """The gradient of the taught rows of the table, as diffusers' training script computes it.

    examples/textual_inversion/textual_inversion.py of diffusers 0.42: the word is added to the tokenizer, its vectors
    to the table (`main`, "Add the placeholder token in tokenizer"), and one step of the training loop.
    """
    pipe, count = copy.deepcopy(pipe), len(vectors)
    tokenizer, encoder, unet = pipe.tokenizer, pipe.text_encoder, pipe.unet
    names = ["<bolt>", *(f"<bolt>_{i}" for i in range(1, count))]
    tokenizer.add_tokens(names)
    encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    table = encoder.get_input_embeddings().weight
    with torch.no_grad():
        table[-count:] = vectors
    table.requires_grad_(True)
    noise_scheduler = DDPMScheduler.from_config(pipe.scheduler.config)
    texts = [caption.replace("<bolt>", " ".join(names)) for caption in captions]
    input_ids = tokenizer(
        texts, padding="max_length", truncation=True, max_length=tokenizer.model_max_length, return_tensors="pt"
    ).input_ids
    noisy_latents = noise_scheduler.add_noise(latents, noise, timesteps)
    encoder_hidden_states = encoder(input_ids)[0]
    model_pred = unet(noisy_latents, timesteps, encoder_hidden_states).sample
    if noise_scheduler.config.prediction_type == "epsilon":
        target = noise
    else:
        target = noise_scheduler.get_velocity(latents, noise, timesteps)
    loss = mse_loss(model_pred.float(), target.float(), reduction="mean")
    loss.backward()
    return loss.item(), table.grad[-count:]


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("vectors", [1, 3])
def test_the_gradient_is_that_of_diffusers_training_script(prediction_type, vectors):
    own = networks(prediction_type=prediction_type)
    work = task(method="word", vectors=vectors).begin(own)
    draws = torch.Generator().manual_seed(3)
    latents, noise = torch.randn(2, 4, 16, 16, generator=draws), torch.randn(2, 4, 16, 16, generator=draws)
    timesteps = torch.tensor([30, 700])
    loss = work.loss(latents, noise, timesteps, CAPTIONS)
    expected, gradient = scripts_gradient(own.pipe, work.vectors[0].detach(), latents, noise, timesteps, CAPTIONS)
    assert loss == pytest.approx(expected, rel=1e-5)
    assert torch.allclose(work.vectors[0].grad, gradient, atol=1e-5 * gradient.abs().max(), rtol=1e-5)


def test_the_gradient_of_an_adapter_is_that_of_w_plus_b_a():
    own = networks()
    work = task().begin(own)
    with torch.no_grad():
        for _, up in work.layers.values():
            up.copy_(0.1 * torch.randn(up.shape, generator=torch.Generator().manual_seed(1)))
    latents, noise, timesteps = torch.randn(2, 4, 16, 16), torch.randn(2, 4, 16, 16), torch.tensor([30, 700])
    work.loss(latents, noise, timesteps, CAPTIONS)
    unet = copy.deepcopy(own.pipe.unet)
    for path in work.layers:
        unet.get_submodule(path).weight.requires_grad_(True)
    adapter = concepts_of(work.task, work.result())[0].adapter
    unet.load_state_dict(folded(own, (adapter, 1.0)).state_dict())
    noisy = work.noising.add_noise(latents, noise, timesteps)
    texts = work._texts(CAPTIONS)[0].detach()
    mse_loss(unet(noisy, timesteps, texts).sample, noise).backward()
    for path, (down, up) in work.layers.items():
        whole = unet.get_submodule(path).weight.grad  # dL/dW: the chain rule gives the halves'
        assert torch.allclose(up.grad, whole @ down.detach().T, atol=1e-5)
        assert torch.allclose(down.grad, up.detach().T @ whole, atol=1e-5)


@pytest.mark.parametrize("make", [networks, sdxl])
@pytest.mark.parametrize("method", ["word", "look"])
def test_it_learns_and_leaves_the_networks_as_they_were(make, method):
    own = make()
    before = bytes_of(own.pipe.unet), bytes_of(own.pipe.text_encoder), dict(own.pipe.unet.attn_processors)
    result, figures = done_at_once(task(method=method, lessons=30, learning_rate=3e-2, every=10), own)
    assert (bytes_of(own.pipe.unet), bytes_of(own.pipe.text_encoder)) == before[:2]
    assert own.pipe.unet.attn_processors == before[2]
    assert not any(module._forward_hooks for module in own.pipe.unet.modules())
    assert all(figure["loss"] > 0 for figure in figures)
    concepts = concepts_of(task(method=method), result)
    assert list(concepts) == [0, 10, 20, 30]
    assert len({concept.digest for concept in concepts.values()}) == 4
    assert [concept.adapter is not None for concept in concepts.values()] == [method == "look"] * 4
    assert len(concepts[30].vectors) == len(own.text_widths)
    own.check(concepts[30], "it")


def test_the_loss_falls():
    changes = {"lessons": 40, "learning_rate": 2e-2, "batch": 4, "at_once": 4}
    _, figures = done_at_once(task(**changes))
    losses = [figure["loss"] for figure in figures]
    assert sum(losses[-10:]) < 0.95 * sum(losses[:10])


def test_a_step_before_the_first_changes_nothing():
    own = networks()
    work = task(vectors=1).begin(own)
    start = concepts_of(work.task, work.result())[0]
    number = own.pipe.tokenizer("c", add_special_tokens=False).input_ids[0]
    assert torch.equal(start.vectors[0][0], own.pipe.text_encoder.get_input_embeddings().weight[number])
    assert all(not up.any() for _, up in start.adapter.layers.values())


@pytest.mark.parametrize(("method", "parts"), [("word", 1), ("look", 1), ("look", 2)])
def test_stopped_anywhere_it_goes_on_to_the_same_bits(tmp_path, method, parts):
    teaching = task(method=method, lessons=3, at_once=2 // parts)
    expected, _ = done_at_once(teaching)
    for stop in range(1, teaching.steps):
        engine = tiny_engine(tmp_path / str(stop))
        for progress in (execution := engine.execute(teaching)):
            if progress.step == stop:
                execution.cancel()
        again = tiny_engine(tmp_path / str(stop))
        list(again.execute(teaching))
        found = again.result(teaching)
        assert set(found) == set(expected)
        assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_killed_it_loses_only_what_it_had_not_saved_and_goes_on_to_the_same_bits(tmp_path):
    script = """
import os, signal, sys
from pathlib import Path
from explorer.engine.tasks import Execution, TaskStore
from explorer.engine.words import Words
from explorer.engine.workers import Worker
from tests.engine.test_teaching import networks, task
for progress in Execution(task(), Worker(networks()), TaskStore(Path(sys.argv[1])), save_every_s=0):
    if progress.step == 4:
        os.kill(os.getpid(), signal.SIGKILL)
"""
    command = [sys.executable, "-c", script, str(tmp_path)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    worker, store = Worker(networks()), TaskStore(tmp_path)
    steps = [progress.step for progress in Execution(task(), worker, store)]
    assert steps == [5, 6]
    expected, _ = done_at_once(task())
    found = Engine([worker], tasks=store).result(task())
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_in_parts_the_gradient_is_that_of_the_whole_batch():
    whole, halves = (task(batch=4, at_once=at_once).begin(networks()) for at_once in (4, 2))
    halves.load({**halves.state(), **{f"taught/{name}": tensor for name, tensor in whole.taught.items()}})
    rows = torch.randn(4, 4, 16, 16), torch.randn(4, 4, 16, 16), torch.tensor([10, 300, 600, 900]), CAPTIONS * 2
    whole.loss(*rows)
    for part in (slice(0, 2), slice(2, 4)):
        halves.loss(*(each[part] for each in rows), backward=0.5)
    for name, tensor in whole.taught.items():
        assert torch.allclose(tensor.grad, halves.taught[name].grad, atol=1e-6)


@pytest.mark.parametrize("parts", [1, 4])
def test_timesteps_are_spread_over_a_batch(parts):
    work = task(batch=8, at_once=8 // parts).begin(networks())
    found = sorted(int(t) for part in range(parts) for t in work._timesteps(part, generator(work.task, part)))
    assert [t // 125 for t in found] == list(range(8))


def test_the_prior_has_a_loss_of_its_own_of_weight_one():
    prior = (Example(draw(5), ("a c",)),)
    work, alone = task(prior=prior).begin(networks()), task().begin(networks())
    assert work.task.rows == 4
    latents, noise, timesteps = torch.randn(4, 4, 16, 16), torch.randn(4, 4, 16, 16), torch.tensor([9, 99, 9, 99])
    both = work.loss(latents, noise, timesteps, (*CAPTIONS, "a c", "a c"))
    own = alone.loss(latents[:2], noise[:2], timesteps[:2], CAPTIONS)
    kind = alone.loss(latents[2:], noise[2:], timesteps[2:], ("a c", "a c"))
    assert both == pytest.approx(own + kind, rel=1e-5)


def test_everything_that_decides_what_is_learnt_is_in_its_name():
    changes = [
        {"like": "d"},
        {"method": "word"},
        {"vectors": 2},
        {"rank": 3},
        {"learning_rate": 1e-3},
        {"seed": 1},
        {"batch": 4},
        {"at_once": 1},
        {"every": 3},
        {"prior": (Example(draw(5), ("a c",)),)},
        {"examples": (Example(draw(4), CAPTIONS),)},
        {"examples": (*(Example(draw(i), CAPTIONS) for i in range(2)), Example(draw(2), CAPTIONS[:1]))},
    ]
    digests = {task().digest, *(dataclasses.replace(task(), **change).digest for change in changes)}
    assert len(digests) == 1 + len(changes)
    assert task().digest == task().digest


# ---- lessons --------------------------------------------------------------------------------------------------------


def lesson(**changes) -> Lesson:
    usual = {"word": "bolt", "like": "cat", "steps": 6, "rank": 2, "learning_rate": 1e-2}
    return Lesson(tuple(draw(i, 48) for i in range(2)), **{**usual, **changes})


def test_a_course_gives_the_way_there():
    engine = tiny_engine()
    taught = list(Course(engine, lesson()))
    assert [each.step for each in taught if each.loss is not None] == [1, 2, 3, 4, 5, 6]
    assert [each.step for each in taught if each.concept] == [0, 1, 2, 3, 4, 5, 6]
    concept = taught[-1].concept
    assert (concept.word, concept.like) == ("<bolt>", "cat")
    again = list(Course(engine, lesson()))
    assert [each.step for each in again] == [0, 1, 2, 3, 4, 5, 6]
    assert again[-1].concept.digest == concept.digest


def test_stop_keeps_what_is_learnt_and_again_goes_on(tmp_path):
    course, seen = Course(tiny_engine(tmp_path), lesson(steps=12)), []
    for taught in course:
        seen.append(taught)
        if taught.step == 4:
            course.cancel()
    assert seen[-1].step == 5  # of which no copy would have been kept
    assert seen[-1].concept is not None
    again = list(Course(tiny_engine(tmp_path), lesson(steps=12)))
    assert [each.step for each in again if each.loss is not None] == list(range(6, 13))
    assert [each.step for each in again if each.concept] == [0, 2, 4, 6, 8, 10, 12]
    straight = list(Course(tiny_engine(), lesson(steps=12)))
    assert again[-1].concept.digest == straight[-1].concept.digest


def test_pictures_of_its_kind_are_rendered_first_where_it_shall_stay():
    engine = tiny_engine()
    course = Course(engine, lesson(keep=True, steps=2))
    assert [one.captions for one in course.task.prior] == [("a cat",)] * 8 + [(other,) for other in OTHERS]
    assert len({one.digest for one in course.task.prior}) == 16
    assert [each.step for each in course if each.loss is not None] == [1, 2]
    stopped = Course(engine, lesson(keep=True, steps=2, seed=100))
    stopped.cancel()
    assert list(stopped) == []


def test_the_film_of_a_training_has_a_picture_for_every_copy():
    engine = tiny_engine()
    concepts = {each.step: each.concept for each in Course(engine, lesson(steps=4)) if each.concept}
    plan = film_of(engine, concepts)
    frames = [event for event in engine.render(plan) if isinstance(event, Frame)]
    assert [place.coordinates for place in plan.places] == [(0.0,), (1.0,), (2.0,), (3.0,), (4.0,)]
    assert plan.places[2].caption == "<bolt> at the beach, after 2 steps"
    assert len({frame.png for frame in frames}) == 5
    own = engine.encode("<bolt> at the beach", [Use(concepts[4])])
    assert plan.at(4.0).conditioning.digest == own.digest


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"word": ""}, "word = '' is not allowed"),
        ({"word": "<$>"}, "word = '<$>' is not allowed"),
        ({"method": "osmosis"}, "method = 'osmosis' is not allowed: one of word, look"),
        ({"vectors": 9}, "vectors = 9 is not allowed: a number from 1 to 8"),
        ({"rank": 0}, "rank = 0 is not allowed"),
        ({"steps": 100_000}, "steps = 100000 is not allowed: a number from 1 to 5000"),
        ({"learning_rate": 2.0}, "learning_rate"),
        ({"keep": True, "like": " "}, "like = ' ' is not allowed: a kind of thing"),
        ({"captions": ("a cat",)}, "captions = 'a cat' is not allowed: words with <bolt> in them"),
    ],
)
def test_what_cannot_be_taught_is_said_in_a_sentence(changes, said):
    with pytest.raises(LessonError) as error:
        lesson(**changes)
    assert said in str(error.value)


def test_a_lesson_has_one_to_eight_pictures():
    for count in (0, 9):
        with pytest.raises(LessonError, match="1 to 8 pictures"):
            Lesson(tuple(draw(i) for i in range(count)), "bolt")


@pytest.mark.parametrize("word", ["bolt", "<bolt>", " Bolt ", "<BOLT", "bolt>"])
def test_brackets_are_forced(word):
    assert bracketed(word) == "<bolt>"
    assert bracketed("my  new_thing") == "<my-new-thing>"


def test_captions_say_a_plain_background_or_nothing():
    from PIL import Image

    assert captions_of(draw(0), "<bolt>") == ("<bolt>", "<bolt> on a beige background")
    assert captions_of(Image.new("RGB", (9, 9), "orange"), "<b>")[1] == "<b> on an orange background"
    noise = Image.effect_noise((64, 64), 200).convert("RGB")
    assert captions_of(noise, "<bolt>")[0] == "a photo of a <bolt>"


def test_captions_of_ones_own_are_taken_and_empty_ones_made():
    teaching = teaching_of(tiny_engine(), lesson(captions=("<bolt> in a box | a <bolt>", "")))
    said = [one.captions for one in teaching.examples]
    assert said == [("<bolt> in a box", "a <bolt>"), ("<bolt>", "<bolt> on a beige background")]


def test_a_state_of_another_task_is_refused():
    other = task(method="word").begin(networks()).state()
    with pytest.raises(KeyError):
        Learning(task(), networks()).load(other)


@pytest.mark.parametrize(
    ("typed", "begins"), [("cat", "cat"), ("a fluffy cat", "a fluffy cat"), ("", ""), ("猫", "cat"), ("xyzzy", "")]
)
def test_the_kind_is_one_that_the_model_knows(typed, begins):
    engine, lesson = SimpleNamespace(words=Words.of(POCKET)), Lesson((draw(1),), "bolt", typed)
    if typed and not begins:
        with pytest.raises(LessonError, match=f"like = '{typed}' is not allowed: a thing that the model knows"):
            of_known_kind(engine, lesson)
    else:
        assert of_known_kind(engine, lesson).like == begins
    assert of_known_kind(SimpleNamespace(words=None), lesson).like == typed


def test_the_nearest_thing_that_it_knows_is_told():
    with pytest.raises(LessonError, match="nearest is wolf"):
        of_known_kind(SimpleNamespace(words=Words.of(POCKET)), Lesson((draw(1),), "bolt", "wolff"))
