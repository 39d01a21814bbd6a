import json
import re

import pytest

from explorer.engine import checkpoint
from explorer.engine.quiet import quiet
from tests.tiny import tiny_sd
from tests.training.figures_of import figures_of
from training import card, tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A work folder with a packed model."""
    root = tmp_path_factory.mktemp("card")
    with quiet():
        tiny_sd().save_pretrained(root / "pocket")
    (root / "sources").mkdir()
    (root / "sources" / "NOTICE.md").write_text("# From what")
    (root / "report").mkdir()
    return root


def test_the_card_tells_what_the_figures_say(folder):
    found = figures_of()
    card.write(folder, found, bundled=folder / "pocket")
    text = (folder / "pocket" / "README.md").read_text()
    for told in (
        "42.1 MB",
        "28.61 dB",
        "70.0 % (39.7-89.2)",
        "90.0 %",
        "0.71",
        "a machine, 2 cores",
        "held out cosine 0.68",
    ):
        assert told in text
    assert "Common subjects recognised first: cat." in text
    assert "Common subjects not among the first five: apple." in text
    assert "right one came: kettle (99), apple (77)." in text
    assert "$" not in text
    assert (folder / "pocket" / "NOTICE.md").read_text() == "# From what"


def test_the_card_tells_of_the_small_decoder_and_the_spread_of_seeds_where_they_are_measured(folder):
    small = {"small_psnr_db": 26.5, "full_psnr_db": 28.3, "cost": 0.251, "pictures": 64}
    own, real = ({"degrees": angle, "pixels": 40.0, "counted": 41, "of": 50} for angle in (20.0, 40.0))
    found = figures_of() | {"small_decoder": small, "spread": {"own": own, "real": real}}
    text = card.card(folder / "pocket", found, [])
    assert "26.5 dB on 64 composites where the full\n  one has 28.3 dB" in text
    assert "at 25% of its multiplications" in text
    assert "20.0 degrees (50 % of real composites'), 40.0 of 255 (100 %" in text
    without = card.card(folder / "pocket", figures_of(), [])
    assert "Small decoder" not in without
    assert "Seeds of one prompt differ by not measured" in without
    none = own | {"degrees": None, "counted": 3}
    assert tables.spread_of_seeds({"own": none, "real": real}) == "too few pictures of their subject: 3 of 50"


def test_no_figure_of_the_text_is_written_by_hand():
    text = re.sub(r"\$\{\w+\}", "", card.Path(card.__file__).with_name("card.md").read_text())
    by_hand = re.findall(r"\d[\d.,]*(?: %| dB| MB)?", text)
    assert set(by_hand) <= {"2", "95 %", "1", "2.0"}  # DPM++ 2M, the interval's level, perfectly even, Apache-2.0


def test_the_history_has_one_entry_a_set_of_weights(folder, tmp_path):
    bundled = folder / "pocket"
    (bundled / "history.json").write_text(json.dumps([figures_of("old", 2), figures_of("new", 3)]))
    digest = checkpoint.fingerprint(checkpoint.open_folder(bundled, "x"))[:12]
    (folder / "report" / f"{digest}.json").write_text(json.dumps(figures_of(digest, 4)))
    (folder / "report" / "old.json").write_text(json.dumps(figures_of("old", 5)))  # by another judge, say
    past = card.history(folder, bundled, figures_of("new", 8))
    assert [entry["digest"] for entry in past] == ["old", digest, "new"]
    assert past[0]["shares"]["subject, first 1"]["share"] == 0.5
    assert past[-1]["shares"]["subject, first 1"]["share"] == 0.8
    assert "subjects" not in past[-1]


def test_models_stand_side_by_side_and_what_an_old_report_lacks_is_a_dash():
    old = figures_of("old", 2)
    del old["size"]
    lines = tables.table([old, figures_of("new", 8)]).splitlines()
    assert lines[0] == "| figure | models/old (old) | models/new (new) |"
    assert "| subject first | 20.0 % (5.7-51.0) | 80.0 % (49.0-94.3) |" in lines
    assert "| size, largest file | - | 42.1 MB, 22.0 MB |" in lines
    assert tables.table([]) == "Nothing has been measured.\n"


def test_the_judge_stands_beside_the_model():
    line = next(line for line in tables.judged(figures_of()).splitlines() if "first among 12 core" in line)
    assert line.endswith("| 70.0 % (39.7-89.2) | 10 | 8.3 % | 90.0 % | - |")
