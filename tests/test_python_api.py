"""The Python API: the five lines that the package's docstring promises, run as they stand there."""

import dataclasses
import inspect
import textwrap
import warnings

import pytest
from PIL import Image

import explorer
from explorer.engine.engine import Engine, Frame
from explorer.engine.known import POCKET
from explorer.engine.words import Words
from explorer.experiments import registry
from explorer.experiments.inputs import InputError
from explorer.experiments.tails import PromptReadAs


def five_lines() -> str:
    """What the docstring shows between its heading and the next paragraph."""
    _, _, rest = inspect.getdoc(explorer).partition("Five lines in a notebook:\n\n")
    lines = rest.splitlines()
    end = next(i for i, line in enumerate(lines) if line and not line.startswith(" "))
    return textwrap.dedent("\n".join(lines[:end])).strip()


@pytest.fixture
def pocket(tmp_path, monkeypatch) -> Engine:
    """The bundled model as `load` gives it, with a cache of its own and at a size that takes seconds."""
    engine = explorer.load(cache_folder=tmp_path / "cache", dtype="float32")
    engine.networks.defaults = dataclasses.replace(
        engine.networks.defaults, num_inference_steps=2, width=64, height=64, guidance_scale=1.0
    )
    monkeypatch.setattr(explorer, "load", lambda: engine)
    return engine


def test_the_five_lines_do_what_they_say(pocket, tmp_path, monkeypatch):
    lines = five_lines()
    assert len([line for line in lines.splitlines() if line.strip()]) <= 5
    here = tmp_path / "notebook"
    here.mkdir()
    monkeypatch.chdir(here)
    exec(compile(lines, "docstring", "exec"), {})
    assert sorted(path.name for path in here.iterdir()) == [f"{number:04}.png" for number in range(24)]
    with Image.open(here / "0023.png") as picture:
        assert (picture.size, picture.mode) == ((64, 64), "RGB")
    assert (here / "0000.png").read_bytes() != (here / "0023.png").read_bytes()
    assert len(list((tmp_path / "cache" / "frames").rglob("*.png"))) == 24


def test_frames_come_coarse_to_fine_with_a_bar_of_rows(engine, capsys):
    film = explorer.Interpolation(prompts=("a cat", "a dog"), frames=9)
    frames = list(explorer.render(film, engine))
    assert all(isinstance(frame, Frame) for frame in frames)
    assert [frame.index for frame in frames][:3] == [0, 8, 4]
    assert sorted(frame.index for frame in frames) == list(range(9))
    assert f"{9 * 8}/{9 * 8}" in capsys.readouterr().err
    assert [frame.png for frame in explorer.render(film, engine, progress=False)] != []
    assert capsys.readouterr().err == ""


def test_what_does_not_go_together_is_said_before_the_first_frame_is_asked_for(engine):
    film = explorer.Interpolation(prompts=("a cat", "a dog"), seeds=(1, 2, 3))
    with pytest.raises(InputError, match=r"seeds = .* one for each of the 2 prompts"):
        explorer.render(film, engine)


def test_what_is_cut_off_is_a_warning_once_a_render(engine):
    long = " ".join(["word"] * 75 + ["and", "a", "castle"])
    film = explorer.Interpolation(prompts=(long, "a dog"), frames=2, negative_prompt=f"not {long}")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        explorer.render(film, engine, progress=False)
    assert len(said) == 1
    assert issubclass(said[0].category, UserWarning)
    assert said[0].filename == __file__
    assert "“and a castle”" in str(said[0].message)
    assert str(said[0].message).count("The text encoder reads only the beginning of") == 2


def test_a_prompt_that_is_drawn_from_other_words_is_a_warning(engine):
    engine.networks.words = Words.of(POCKET)
    film = explorer.Interpolation(prompts=("开心的猫", "a dog"), frames=2)
    with pytest.warns(PromptReadAs, match="“开心的猫” is drawn as “a cat”. Unknown to the model, and left out: 开心"):
        explorer.render(film, engine, progress=False)


def test_whoever_stops_iterating_can_go_on_later(engine):
    film = explorer.Interpolation(prompts=("a cat", "a dog"), frames=9)
    some = explorer.render(film, engine, progress=False)
    first = [next(some), next(some)]
    some.close()
    again = list(explorer.render(film, engine, progress=False))
    assert len(again) == 9
    assert {frame.key: frame.png for frame in first}.items() <= {frame.key: frame.png for frame in again}.items()
    assert sum(frame.stored for frame in again) >= 2


def test_a_name_that_is_not_there_is_an_import_error():
    with pytest.raises(ImportError, match="Nonsense"):
        from explorer import Nonsense  # noqa: F401
    with pytest.raises(AttributeError, match="module 'explorer' has no attribute 'nonsense'"):
        _ = explorer.nonsense


def test_every_experiment_is_found_by_its_class_name():
    for experiment in registry().values():
        assert getattr(explorer, experiment.__name__) is experiment
        assert experiment.__name__ in dir(explorer)
    assert {"Interpolation", "load", "render", "__version__"} <= set(dir(explorer))
