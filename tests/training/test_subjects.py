"""The core: drawn by two of the look-alike sets, typed by people, in a fixed order."""

from training import drawings, subjects
from training.drawings import Drawing

TEN = ("cat", "dog", "apple", "rose", "car", "house", "boat", "fish", "tree", "pizza")


def drawn(subject: str, *sources: str, group: str = "animals") -> list[Drawing]:
    return [Drawing(source, subject, (), group) for source in sources]


def test_the_ten_are_core_and_the_first_of_the_common_ones(work):
    rows = drawings.load(work)[1]
    assert set(TEN) <= set(subjects.core(rows))
    assert subjects.common(rows)[:10] == list(TEN)
    assert subjects.COMMON[:10] == TEN


def test_one_look_alike_set_is_not_enough():
    rows = [
        *drawn("yak", "noto", "fxemoji", "fluent-3d"),
        *drawn("zebra", "noto", "twemoji"),
        *drawn("ape", "fluent-emoji", "fluent-emoji-flat"),
    ]
    assert subjects.core(rows) == ["ape", "zebra"]


def test_people_faces_second_poses_and_the_untyped_are_not_core():
    rows = [
        *drawn("old man", "noto", "twemoji", group="people"),
        *drawn("grinning face", "noto", "twemoji", group="faces"),
        *drawn("cat face", "noto", "twemoji"),
        *drawn("car from the front", "noto", "twemoji", group="vehicles"),
        *drawn("old key", "noto", "twemoji", group="objects"),
    ]
    assert subjects.core(rows) == []


def test_common_ones_are_named_once_and_not_untyped():
    assert len(set(subjects.COMMON)) == len(subjects.COMMON)
    assert not set(subjects.COMMON) & subjects.UNTYPED
    assert not any(subjects.LEFT_OUT.search(name) for name in subjects.COMMON)
