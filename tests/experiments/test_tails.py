"""One place says what is cut off."""

from explorer.engine.fake import FakeNetworks
from explorer.experiments import registry
from explorer.experiments.tails import LONGEST_TAIL, tails
from explorer.ui.asked import Desk
from explorer.ui.rendering import prices

CUT = FakeNetworks().cut_off
LONG = " ".join(f"word{number}" for number in range(75))


def test_each_prompt_is_told_once_with_its_beginning_and_its_tail():
    film = registry()["interpolation"](prompts=(f"{LONG} a", f"{LONG} a", "a dog"), negative_prompt=f"not {LONG} b")
    beginning = "The text encoder reads only the beginning of “{}…”. Cut off: “{}”"
    assert set(tails(film, CUT)) == {
        beginning.format(LONG[:40], "a"),
        beginning.format(f"not {LONG}"[:40], "word74 b"),
    }
    assert len(tails(film, CUT)) == 2


def test_what_fits_is_not_told():
    assert tails(registry()["guidance-sweep"](prompt=LONG), CUT) == []


def test_a_long_tail_is_shortened():
    (sentence,) = tails(registry()["guidance-sweep"](prompt=f"{LONG} {'x' * 1000}"), CUT)
    assert sentence.endswith(f"“{'x' * LONGEST_TAIL}…”")


def test_the_page_says_the_same(engine):
    sweep = registry()["guidance-sweep"](prompt=f"{LONG} a tail")
    asked = Desk(engine).asked(None, sweep.resolved(engine.defaults))
    assert list(prices(asked, engine).notes) == tails(sweep, CUT) != []
