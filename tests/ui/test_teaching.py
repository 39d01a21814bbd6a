"""The tab "Teach a word": pictures in, a word out, the training as a film; Stop keeps, Teach goes on."""

import base64
import io
from types import SimpleNamespace

import gradio as gr
import pytest

from explorer.engine.known import POCKET
from explorer.engine.lessons import OTHERS, PRIOR, LessonError
from explorer.engine.words import Words
from explorer.outputs.runs import Run, Runs
from explorer.outputs.taught_words import TaughtWords
from explorer.ui.due import Due
from explorer.ui.limits import Door, Limits
from explorer.ui.memory import Memory
from explorer.ui.taught_words import YourWords
from explorer.ui.teaching import LOOK, WORD, TeachTab, lesson_of
from explorer.ui.text import say
from explorer.ui.vocabulary import Vocabulary
from tests.teaching import draw, tiny_engine

MINE = SimpleNamespace(session_hash="mine", client=None, headers={})


def data_url(picture) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


PICTURES = {"pictures": [{"picture": data_url(draw(i, 40)), "caption": ("", "a *")[i]} for i in range(2)]}
STEPS = 10


def values(**changes):
    usual = {"pictures": PICTURES, "word": "Bolt", "like": "cat", "method": LOOK, "steps": STEPS, "rate": 1e-2}
    usual |= {"rank": 2, "vectors": 1, "keep": False, "seed": 0}
    return list({**usual, **changes}.values())


def tab_in(folder, limits=None):
    engine = tiny_engine(folder / "tasks")
    vocabulary = Vocabulary(engine, TaughtWords(folder / "words"))
    with gr.Blocks():
        drawer, page = YourWords(), {"due": Due([TeachTab.name]), "memory": Memory()}
        with gr.Tabs():
            return TeachTab(engine, Runs(folder / "runs"), vocabulary, drawer, Door(limits), **page)


@pytest.fixture
def tab(tmp_path):
    return tab_in(tmp_path)


def test_a_word_is_taught_from_the_page(tab):
    news = list(tab.teach(MINE, *values()))
    status = news[-1][tab.status]
    assert (status.state, status.text) == ("done", "<bolt> is a word now: type it in any prompt")
    (word,) = tab.vocabulary.told("mine")
    assert (word["word"], word["like"], word["step"]) == ("<bolt>", "cat", STEPS)
    films = [each[tab.view] for each in news if tab.view in each]
    assert [list(film.ready) for film in films] == [list(range(i + 1)) for i in range(STEPS + 1)]
    run = Run.open(films[-1].folder)
    assert run.ready == list(range(STEPS + 1))
    assert run.frames[3]["caption"] == "<bolt> at the beach, after 3 steps"
    assert run.frames[3]["coordinates"] == [3.0]
    losses = [each[tab.losses] for each in news if tab.losses in each]
    assert len(losses[-1]["losses"]) == STEPS
    assert tab.vocabulary.told("another") == []
    record = tab.vocabulary.own("mine", word["key"]).record
    assert len(record["pictures"]) == 2
    assert all(len(digest) == 32 for digest in record["pictures"])
    assert record["captions"] == [["<bolt>", "<bolt> on a beige background"], ["a <bolt>"]]


def test_any_step_of_the_film_can_be_taken_as_the_word(tab):
    list(tab.teach(MINE, *values()))
    before = tab.vocabulary.told("mine")[0]["digest"]
    updates = tab.take(MINE, {"index": 4})
    assert updates[tab.status].text == "The word is what it was after 4 steps."
    after = updates[tab.drawer]["words"][0]
    assert after["step"] == 4
    assert after["digest"] != before
    assert tab.take(MINE, {"index": 99})[tab.status].state == "error"
    stranger = SimpleNamespace(session_hash="another")
    assert tab.take(stranger, {"index": 4})[tab.status].state == "error"


def test_stop_keeps_what_is_learnt_and_teach_goes_on(tab):
    for news in (teaching := tab.teach(MINE, *values())):
        if tab.losses in news and news[tab.losses]["step"] == 3:
            tab.stop(MINE)
            break
    rest = list(teaching)
    assert rest[-1][tab.status].state == "stopped"
    assert rest[-1][tab.status].text == "Stopped after 4 steps: Teach goes on from here"
    stopped = tab.vocabulary.told("mine")[0]
    assert stopped["step"] == 4
    again = list(tab.teach(MINE, *values()))
    assert again[-1][tab.status].state == "done"
    assert list(next(each[tab.view] for each in reversed(again) if tab.view in each).ready) == list(range(STEPS + 1))
    finished = tab.vocabulary.told("mine")
    assert len(finished) == 1
    assert finished[0]["key"] == stopped["key"]


def test_the_page_that_is_left_stops_its_teaching(tab):
    teaching = tab.teach(MINE, *values())
    next(teaching)
    course = tab._of("mine").course
    teaching.close()
    assert course.cancelled
    assert tab._of("mine").course is None
    tab.left(MINE)
    assert "mine" not in tab._sessions


def test_one_word_after_the_other(tab):
    teaching = tab.teach(MINE, *values())
    next(teaching)
    (second,) = tab.teach(MINE, *values(word="nut"))
    assert "One word after the other" in second[tab.status].text
    teaching.close()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pictures": None}, "pictures = 0 is not allowed: 1 to 8 pictures"),
        ({"pictures": {"pictures": PICTURES["pictures"] * 5}}, "pictures = 10 is"),
        ({"pictures": {"pictures": [{"picture": "/etc/passwd"}]}}, "pictures"),
        ({"pictures": {"pictures": [{"picture": "data:image/png;base64,xx"}]}}, "pictures"),
        ({"pictures": {"pictures": ["x"]}}, "pictures"),
        ({"word": "$$$"}, "Its word = '$$$' is not allowed"),
        ({"rate": "much"}, "Learning rate = 'much' is not allowed: a number"),
        ({"rate": float("nan")}, "Learning rate"),
        ({"steps": None}, "Training steps = 'None' is not allowed: a number"),
        ({"keep": True, "like": ""}, "What kind of thing it is = '' is not allowed"),
    ],
)
def test_what_cannot_be_taught_is_said(tab, changes, said):
    (news,) = tab.teach(MINE, *values(**changes))
    assert news[tab.status].state == "error"
    assert said in news[tab.status].text
    assert tab.vocabulary.told("mine") == []


def test_a_kind_that_the_model_does_not_know_is_told_at_its_field_before_anything_is_computed(tab):
    tab.engine.networks.words = Words.of(POCKET)
    (news,) = tab.teach(MINE, *values(like="xyzzy"))
    said = "What kind of thing it is = 'xyzzy' is not allowed: a thing that the model knows by name, or nothing"
    assert (news[tab.status].text, news[tab.status].at) == (said, (("teach-a-word-like", said),))
    assert "哪一类东西”不能是 'xyzzy'" in say(news[tab.status].text, "zh")
    assert list(tab.runs.root.glob("*")) == []
    list(tab.teach(MINE, *values(like="一只猫")))
    assert tab.vocabulary.told("mine")[0]["like"] == "cat"


def test_the_price_is_told_before(tab):
    status = tab.price(MINE, WORD, 50, False)
    assert (status.state, status.text) == ("ready", "50 steps")
    tab.engine.warm_up()
    assert "about" in tab.price(MINE, LOOK, 50, True).text
    with_prior = "800 rows, forward and backward, 96 rows for the pictures that keep its kind"
    assert tab.price(MINE, LOOK, 50, True).detail == with_prior
    assert tab.price(MINE, LOOK, 0, False).state == "error"


def test_a_price_that_was_told_does_not_come_again_over_what_was_said_since(tab):
    assert tab.seen(MINE, WORD, 50, False)[0].state == "ready"
    assert tab.seen(MINE, WORD, 50, False)[0] == gr.skip()
    assert tab.seen(MINE, WORD, 60, False)[0].text.startswith("60 steps")


def test_a_teaching_counts_against_the_limits(tmp_path):
    tab = tab_in(tmp_path, Limits(rows=10))
    (news,) = tab.teach(MINE, *values())
    assert news[tab.status].text == "This would take 80 rows, and 10 at most may be asked for at once here."
    usual = tab.engine.defaults
    kept = 2 * 80 + 2 * usual.num_inference_steps * (PRIOR + len(OTHERS))  # its kind and others are drawn first
    (news,) = tab.teach(MINE, *values(keep=True))
    assert news[tab.status].text.startswith(f"This would take {kept:,} rows")


def test_captions_have_the_word_where_a_star_is():
    lesson = lesson_of(*values())
    assert lesson.captions == ("", "a <bolt>")
    with pytest.raises(LessonError, match="words with <bolt> in them"):
        lesson_of(*values(pictures={"pictures": [{**PICTURES["pictures"][0], "caption": "a cat"}]}))
