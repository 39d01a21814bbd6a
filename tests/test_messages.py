import copy
import json
import pickle

import pytest

from explorer.messages import Message, in_a_row, packed, restored, unpacked


def test_a_message_is_its_sentence_and_remembers_what_it_is_made_of():
    message = Message("{field} = {value} is not allowed", field="seed", value="{x}")
    assert message == "seed = {x} is not allowed"
    assert (message.key, message.values) == (
        "{field} = {value} is not allowed",
        {"field": "seed", "value": "{x}"},
    )


@pytest.mark.parametrize(
    "way",
    [
        str,
        copy.copy,
        copy.deepcopy,
        lambda m: pickle.loads(pickle.dumps(m)),
        lambda m: str(ValueError(m)),
        lambda m: unpacked(json.loads(json.dumps(packed({"frames": [{"caption": m}]}))))["frames"][0]["caption"],
    ],
    ids=["str", "copy", "deepcopy", "pickle", "exception", "json"],
)
def test_it_survives(way):
    inner = Message("{n} rows", n=3)
    found = way(Message("{what} left", what=inner))
    assert found == "3 rows left"
    assert found.values["what"].values == {"n": 3}


def test_sentences_in_a_row_keep_their_values():
    row = in_a_row([Message("{n} rows", n=3), "a stranger's {words}"], ". ")
    assert row == "3 rows. a stranger's {words}"
    assert next(iter(row.values.values())).key == "{n} rows"


def test_a_hole_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        Message("{n} rows")


@pytest.mark.parametrize("hole", ["{n.__class__}", "{n[0]}", "{n!r}", "{n:>9}", "{}", "{0}"])
def test_a_hole_reaches_into_no_value(hole):
    with pytest.raises(ValueError, match="no plain name"):
        Message(hole, n=3)


def test_data_without_a_message_is_packed_as_it_is():
    data = {"count": 1, "frames": [{"caption": "{n} rows", "coordinates": [0.5]}]}
    assert packed(data) == data
    assert unpacked(data) == data


def test_what_is_packed_has_a_version_and_another_ones_is_plain():
    told = json.loads(json.dumps(packed({"note": Message("{n} rows", n=3)})))
    assert told == {"note": "3 rows", "messages": {"version": 1, "parts": {"3 rows": ["{n} rows", {"n": 3}]}}}
    told["messages"]["version"] = 2
    assert type(unpacked(told)["note"]) is str


def nested(depth):
    parts = "a"
    for _ in range(depth):
        parts = ["{x}", {"x": parts}]
    return parts


@pytest.mark.parametrize(
    "found",
    [
        None,
        [],
        {"version": 1},
        {"version": 1, "parts": []},
        *(
            {"version": 1, "parts": {"a": parts}}
            for parts in (
                None,
                "ab",
                ["{x}", None],
                ["{x}", {}],
                ["{x}", {"x": "b"}],
                ["{x}", {"x": None}],
                ["{x}", {"x": {"a": 1}}],
                ["{x.real}", {"x": 1}],
                [{}, {}],
                ["{", {}],
                ["{x}" * 2**16, {"x": ["{x}" * 2**16, {"x": "a" * 2**16}]}],
                nested(50),
                nested(5000),
            )
        ),
    ],
)
def test_parts_that_are_not_those_of_the_text_are_not_taken(found):
    assert type(restored({"caption": "a"}, found)["caption"]) is str


def test_data_of_a_stranger_may_be_as_deep_as_it_likes():
    deep = "a"
    for _ in range(5000):
        deep = [deep]
    assert restored(deep, {"version": 1, "parts": {"a": ["{x}", {"x": "a"}]}})[0]
