"""Links: whatever an experiment takes survives the way through one, and whatever a stranger writes does no harm."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.generate import exported
from explorer.engine.fake import FakeNetworks
from explorer.experiments import registry
from explorer.experiments.links import LONGEST, VERSION, checked, query, read
from explorer.experiments.made_with import MadeWith
from explorer.experiments.pictures import EXAMPLES as PICTURES
from tests.drawn import TEXTS, settings_of

DEFAULTS = FakeNetworks.defaults
EXPERIMENTS = registry()
KEPT = json.loads((Path(__file__).parent / "links.json").read_text(encoding="utf-8"))


def pictures_of(experiment) -> set[str]:
    """The inputs that are one, or have one among their parts."""
    return {name for name, declared in experiment.inputs().items() if declared.heavy}


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
@given(st.data())
def test_settings_survive_a_link(experiment, data):
    """All but start pictures, which are named as left out and come back as the default."""
    sent = experiment(**data.draw(settings_of(experiment))).resolved(DEFAULTS)
    text, left_out = query(sent, DEFAULTS)
    link = read("?" + text, EXPERIMENTS)
    found = experiment(**link.settings).resolved(DEFAULTS)
    pictures = pictures_of(experiment)
    differ = [name for name in experiment.inputs() if getattr(sent, name) != getattr(found, name)]
    assert link.experiment is experiment
    assert link.remarks == ()
    assert set(differ) <= pictures
    assert len(left_out) == len([name for name in pictures if getattr(sent, name) != getattr(experiment(), name)])


@pytest.mark.parametrize("experiment", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_defaults_make_a_short_link(experiment):
    """Those that links were first written with: others were given away since."""
    sent = experiment(**experiment.linked).resolved(DEFAULTS)
    assert query(sent, DEFAULTS) == (f"v={VERSION}&tab={experiment.name()}", [])
    assert (
        read(f"v={VERSION}&tab={experiment.name()}", EXPERIMENTS).settings
        == checked(experiment, experiment.linked).settings
    )
    assert read(f"tab={experiment.name()}", EXPERIMENTS).settings == {}, "typed by somebody: the tab as it is now"


def test_a_link_says_what_was_drawn_for_chinese_prompts():
    sent = EXPERIMENTS["interpolation"](prompts=("猫", "a dog")).resolved(DEFAULTS)
    text, _ = query(sent, DEFAULTS, read_as=["a cat"])
    link = read(text, EXPERIMENTS)
    assert link.settings["prompts"] == ("猫", "a dog")
    assert link.read_as == ("a cat",)


def test_a_link_says_the_model_and_its_weights():
    sent = EXPERIMENTS["interpolation"](frames=9).resolved(DEFAULTS)
    text, _ = query(sent, DEFAULTS, MadeWith("ink & v2", "0123abcd"))
    assert text == f"v={VERSION}&tab=interpolation&frames=9&model=ink+%26+v2&weights=0123abcd"
    assert read(text, EXPERIMENTS).made_with == MadeWith("ink & v2", "0123abcd")
    assert read(f"v={VERSION}&tab=interpolation", EXPERIMENTS).made_with is None


def test_of_a_size_a_link_says_both_sides():
    """The one that is left out would be another model's usual one."""
    text, _ = query(EXPERIMENTS["interpolation"](width=96).resolved(DEFAULTS), DEFAULTS)
    assert text == f"v={VERSION}&tab=interpolation&width=96&height=64"


@pytest.mark.parametrize("seed", [2**32, 156680208700286, 2**64 - 1, str(2**40 + 5)])
def test_a_seed_beyond_32_bits_keeps_its_last_ones(seed):
    link = checked(EXPERIMENTS["interpolation"], {"seed": seed})
    assert link.settings == {"seed": int(seed) % 2**32}
    assert link.remarks == (
        f"seed = {seed!r} is not allowed: a whole number from 0 to 4294967295. It became {int(seed) % 2**32}.",
    )


@pytest.mark.parametrize("link", KEPT, ids=lambda link: link["query"][:40])
def test_links_once_given_away_still_open_on_the_same_settings(link):
    """links.json is only added to: a default that changes needs a new VERSION, and a way for old links."""
    found = read(link["query"], EXPERIMENTS)
    assert found.remarks == ()
    settings = found.experiment(**found.settings).settings()
    assert {name: settings[name] for name in link["settings"]} == link["settings"]


def test_links_of_every_version_and_every_experiment_are_kept():
    found = [read(link["query"], EXPERIMENTS) for link in KEPT]
    assert {link.experiment for link in found} == set(exported())
    assert {link["query"].split("&")[0] for link in KEPT} == {f"v={version}" for version in range(1, VERSION + 1)}


@pytest.mark.parametrize(
    ("text", "settings", "remark"),
    [
        ("frames=1", {"frames": 2}, "frames = '1' is not allowed: a whole number from 2 to 300. It became 2."),
        ("frames=1e9", {"frames": 300}, "It became 300."),
        ("seed=-5", {"seed": 0}, "It became 0."),
        ("width=101", {"width": 96}, "a multiple of 32. It became 96."),
        ("width=1", {"width": 32}, "It became 32."),
        (
            "guidance_scale=nan",
            {},
            "guidance_scale = 'nan' is not allowed: a number from 0 to 30. It is left as it was.",
        ),
        ("guidance_scale=inf", {"guidance_scale": 30.0}, "It became 30.0."),
        ("loop=spiral", {}, "loop = 'spiral' is not allowed"),
        ("prompts=only+one", {}, "2 to 8 prompts"),
        ("seeds=1,2,,x", {}, "seeds = '1,2,,x' is not allowed"),
        ("v=99", {}, "written by a later version"),
        ("seeds=1..9999999", {}, "seeds = '1..9999999' is not allowed"),
    ],
)
def test_what_is_out_of_bounds_is_clamped_or_left_out_with_a_sentence(text, settings, remark):
    link = read(f"tab=interpolation&{text}", EXPERIMENTS)
    assert link.settings == settings
    assert len(link.remarks) == 1
    assert remark in link.remarks[0]


def test_unknown_keys_are_ignored_and_unknown_tabs_told():
    assert read("tab=interpolation&utm_source=x&__theme=dark", EXPERIMENTS).remarks == ()
    assert read("__theme=dark", EXPERIMENTS) == read("", EXPERIMENTS)
    link = read("tab=<script>alert(1)</script>", EXPERIMENTS)
    assert link.experiment is None
    assert "<script>" in link.remarks[0]  # told as text; the page writes it as text


def test_an_example_travels_by_its_name():
    experiment = next(cls for cls in EXPERIMENTS.values() if pictures_of(cls))
    name = next(iter(pictures_of(experiment)))
    for example in PICTURES:
        sent = experiment(**{name: example}).resolved(DEFAULTS)
        text, left_out = query(sent, DEFAULTS)
        assert left_out == []
        assert experiment(**read(text, EXPERIMENTS).settings).resolved(DEFAULTS) == sent


def test_a_picture_in_a_link_is_ignored():
    experiment = next(cls for cls in EXPERIMENTS.values() if pictures_of(cls))
    name = next(iter(pictures_of(experiment)))
    assert read(f"tab={experiment.name()}&{name}=/etc/passwd", EXPERIMENTS).settings == {}


def test_endless_links_are_not_read():
    assert "characters long" in read("tab=interpolation&prompts=" + "a" * LONGEST, EXPERIMENTS).remarks[0]
    assert "fields" in read("tab=interpolation" + "&a=b" * 500, EXPERIMENTS).remarks[0]


HOSTILE = st.lists(
    st.tuples(
        st.sampled_from(["tab", "v", *{name for cls in EXPERIMENTS.values() for name in cls.inputs()}]) | TEXTS,
        TEXTS
        | st.sampled_from([*EXPERIMENTS, "NaN", "-inf", "1e400", "0x10", "1..2:0", "None", "[]", "9" * 5000, "٣"]),
    ),
    max_size=12,
)


@given(HOSTILE, st.sampled_from(list(EXPERIMENTS)))
def test_no_link_raises_and_all_that_it_gives_is_allowed(pairs, tab):
    text = "&".join(f"{name}={value}" for name, value in [("tab", tab), *pairs])
    link = read(text, EXPERIMENTS)
    if link.experiment is not None:
        assert link.experiment.problems(link.settings) == {}


def hostile(rng: random.Random) -> str:
    """A query string as nobody means it: real and made-up names, values of every wrong kind, broken percent signs."""
    names = [
        "tab",
        "v",
        "model",
        "weights",
        "prompt",
        "prompts",
        "frames",
        "seed",
        "seeds",
        "scales",
        "loop",
        "picture",
        "__proto__",
        "",
        "%",
    ]
    values = [
        "",
        "-1",
        "1e999",
        "NaN",
        "0x7f",
        "9" * 400,
        "1..1e9:1e-9",
        "<script>alert(1)</script>",
        "${7*7}",
        "{{7}}",
    ]
    values += [
        "%00",
        "%ff%fe",
        "\u202e",
        "../../etc/passwd",
        "file:///etc/passwd",
        "data:image/webp;base64,AAAA",
        "a" * 3000,
    ]
    pairs = [f"{rng.choice(names)}={rng.choice([*values, *EXPERIMENTS])}" for _ in range(rng.randrange(1, 30))]
    text = rng.choice("&;").join([*pairs, f"tab={rng.choice(list(EXPERIMENTS))}"])
    cut = rng.randrange(len(text))
    return rng.choice([text, text[:cut], text[cut:], text[:cut] + chr(rng.randrange(1, 0xD800)) + text[cut:]])


def test_ten_thousand_hostile_links_do_no_harm():
    rng = random.Random(5)
    opened = 0
    for _ in range(10_000):
        link = read(hostile(rng), EXPERIMENTS)
        if link.experiment is not None:
            opened += 1
            assert link.experiment.problems(link.settings) == {}
            assert all(len(remark) < 1000 for remark in link.remarks)
    assert opened > 1000
