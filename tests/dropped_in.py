"""What `test_one_file_a_tab` runs in a copy with the example of the documents in it: the tab at all three doors."""

import pytest
from gradio_client import Client
from PIL import Image

import explorer
from explorer import command_line
from explorer.experiments import registry
from explorer.outputs.settings import read
from tests.test_command_line import helped
from tests.ui.serving import served
from tests.ui.test_page import SHARED


@pytest.fixture
def experiment() -> type[explorer.Experiment]:
    return registry()["many-seeds"]


def test_from_python(experiment, engine):
    assert explorer.ManySeeds is experiment
    frames = list(explorer.render(experiment(count=3, seed=5), engine, progress=False))
    assert sorted(frame.place.caption for frame in frames) == ["seed 5", "seed 6", "seed 7"]
    assert len({frame.key for frame in frames}) == 3


def test_from_the_command_line(engine, tmp_path, monkeypatch, capsys):
    assert "wholenumberfrom1to100" in helped(capsys, "many-seeds")
    monkeypatch.setattr(command_line, "load", lambda **_: engine)
    out = tmp_path / "seeds.gif"
    assert command_line.main(["many-seeds", "--count", "4", "--out", str(out)]) == 0
    with Image.open(out) as film:
        assert film.n_frames == 4
    assert read(out)["settings"]["count"] == 4


def test_on_the_page(tmp_path):
    with served(tmp_path, "many-seeds") as site:
        assert "tab-many-seeds" in str(site.page.get_config_file())
        visitor = Client(site.url, download_files=False, verbose=False)
        film, status, *_ = visitor.predict(*SHARED.values(), "a boat", 3, api_name="/many-seeds")
    assert (status["state"], film["count"]) == ("done", 3)
