import copy
import pickle

import pytest

from explorer.messages import Message, in_a_row


def test_a_message_is_its_sentence_and_remembers_what_it_is_made_of():
    message = Message("{field} = {value} is not allowed", field="seed", value="{x}")
    assert message == "seed = {x} is not allowed"
    assert (message.key, message.values) == (
        "{field} = {value} is not allowed",
        {"field": "seed", "value": "{x}"},
    )


@pytest.mark.parametrize(
    "way",
    [str, copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m)), lambda m: str(ValueError(m))],
    ids=["str", "copy", "deepcopy", "pickle", "exception"],
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
