from collections import Counter

import pytest

from training import questions
from training.claims import VALUES
from training.questions import Question, attributes, fixed, naming, unseen


class Kinds:
    """Stands in for WordNet."""

    def __init__(self):
        self.counts = Counter(corgi=5)

    def hyponyms(self, word):
        kinds = {"dog": ["corgi", "golden retriever", "hot dog", "x9", "ab"], "cat": ["tabby", "corgi"]}
        return kinds.get(word, [])


def test_every_core_subject_is_asked_for_among_all():
    asked = naming(["cat", "owl"])
    assert [question.prompt for question in asked] == ["a cat", "an owl"]
    assert [question.right for question in asked] == [(0,), (1,)]
    assert asked[0].choices == ("a cat", "an owl")


@pytest.mark.parametrize("name", list(VALUES))
def test_attributes_are_asked_with_several_subjects_each_always_the_same(name):
    common = [f"thing {letter}" for letter in "abcdefghijkl"]
    asked = attributes(name, common)
    assert asked == attributes(name, common)
    assert len(asked) == len(set(asked)) == len(VALUES[name]) * questions.SUBJECTS_A_VALUE[name]
    assert all(question.choices[question.right[0]] == question.prompt for question in asked)
    assert all(len(set(question.choices)) == len(VALUES[name]) for question in asked)


def test_unseen_words_are_in_no_caption_and_may_have_several_right_answers():
    asked = unseen(["dog", "cat", "car"], Kinds(), ["a hot dog", "golden sunset", "two dogs"])
    found = {question.prompt: question.right for question in asked}
    assert found == {"a corgi": (0, 1), "a golden retriever": (0,), "a tabby": (1,)}
    assert unseen(["dog", "cat", "car"], Kinds(), ["a hot dog", "a corgi", "tabbys"], count=1)[0].right == (0,)


@pytest.mark.parametrize(
    ("right", "first", "chance"), [((0,), 1, 0.1), ((0,), 5, 0.5), ((0, 1), 1, 0.2), ((3,), 10, 1)]
)
def test_blind_guessing_is_told_with_every_share(right, first, chance):
    assert Question("x", tuple("abcdefghij"), right).chance(first) == pytest.approx(chance)


def test_of_many_words_for_a_kind_those_that_are_met_most_often_are_asked(monkeypatch):
    monkeypatch.setattr(questions, "UNSEEN_A_SUBJECT", 1)
    assert [question.prompt for question in unseen(["dog"], Kinds(), [])] == ["a corgi"]


def test_the_sheet_shows_what_the_issue_and_the_tutorials_ask_for():
    prompts = fixed()
    assert prompts[:3] == ["a cat", "a dog", "an apple"]
    assert set(questions.TUTORIALS) <= set(prompts)
    assert len(prompts) == len(set(prompts))


def test_all_of_several_right_texts_is_harder_to_guess():
    asked = Question("x", tuple("abcdefghij"), (0, 1), all_of=True)
    assert asked.chance(2) == pytest.approx(1 / 45)
    assert asked.chance(5) == pytest.approx(10 / 45)
    assert asked.chance(1) == 0


def test_the_frozen_questions_are_those_of_november_2026():
    kept = questions.frozen()
    assert len(kept.core) == len(set(kept.core)) == 511
    assert set(kept.common) <= set(kept.core)
    asked = kept.unseen_questions()
    assert len(asked) == 200
    assert all(question.right and max(question.right) < 511 for question in asked)
    assert sum(len(attributes(name, kept.common)) for name in VALUES) == 176
