"""`latent-explorer EXPERIMENT`: what it makes, what its help says, and what it says when it cannot."""

import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from explorer import command_line
from explorer.command_line import main
from explorer.engine.engine import Engine
from explorer.engine.fake import FakeNetworks
from explorer.engine.known import POCKET
from explorer.engine.store import FrameStore
from explorer.engine.words import Words
from explorer.experiments import registry
from explorer.experiments.pictures import canonical
from explorer.outputs.settings import read

FILM = ["interpolation", "--prompts", "a cat", "ein Hund 🐕", "--frames", "3", "--seed", "7", "--fps", "5"]
CHOSEN = {"prompts": ["a cat", "ein Hund 🐕"], "frames": 3, "seed": 7, "fps": 5}


@pytest.fixture
def engine(monkeypatch, engine):
    """The engine that `load` gives, whatever it is asked for; `asked` says what that was."""
    engine.asked = []

    def load(**options):
        engine.asked.append(options)
        return engine

    monkeypatch.setattr(command_line, "load", load)
    return engine


def said(capsys) -> str:
    """The one sentence on stderr."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("latent-explorer: ")
    return lines[0]


@pytest.mark.parametrize(("suffix", "kind"), [("gif", "GIF"), ("webp", "WEBP"), ("GIF", "GIF")])
def test_a_film_with_its_settings_inside(engine, tmp_path, capsys, suffix, kind):
    out = tmp_path / "new" / f"film.{suffix}"
    assert main([*FILM, "--loop", "back-and-forth", "--out", str(out)]) == 0
    with Image.open(out) as film:
        assert (film.format, film.n_frames, film.size) == (kind, 4, (64, 64))
    found = read(out)["settings"]
    assert {name: found[name] for name in CHOSEN} == CHOSEN
    assert found["loop"] == "back-and-forth"
    assert capsys.readouterr().out.strip() == str(out)


def test_pictures_are_enlarged_and_titled_only_where_that_is_asked_for(engine, tmp_path, capsys):
    asked = [*FILM, "--enlarge", "512", "--captions", "--out"]
    assert main([*asked, str(tmp_path / "film.gif")]) == 0
    with Image.open(tmp_path / "film.gif") as film:
        assert film.width == 512
        assert film.height > 530
    assert main([*asked, str(tmp_path / "folder")]) == 0
    with Image.open(tmp_path / "folder" / "0001.png") as picture:
        assert picture.width == 512
    assert read(tmp_path / "folder" / "0001.png")["settings"]["width"] == 64
    capsys.readouterr()
    assert main([*FILM, "--enlarge", "7", "--out", str(tmp_path / "film.gif")]) == 2
    assert said(capsys) == "latent-explorer: enlarge = 7 is not allowed: a whole number from 32 to 4096"


def test_the_settings_inside_are_all_of_them_and_the_models_own_where_none_were_given(engine, tmp_path):
    main([*FILM, "--guidance-scale", "0", "--scheduler", "DDIM", "--out", str(tmp_path / "film.mp4")])
    interpolation = registry()["interpolation"]
    given = interpolation(**CHOSEN, guidance_scale=0, scheduler="DDIM")
    found = read(tmp_path / "film.mp4")["settings"]
    assert interpolation(**found) == given.resolved(engine.networks.defaults)
    assert found["num_inference_steps"] == 4


def test_a_zip_of_pictures_with_its_settings_inside(engine, tmp_path):
    assert main([*FILM, "--out", str(tmp_path / "film.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "film.zip") as archive:
        assert sorted(archive.namelist()) == [*(f"frame-000{i}.png" for i in range(3)), "run.json", "view.html"]
        assert json.loads(archive.read("run.json"))["settings"]["prompts"] == CHOSEN["prompts"]


def test_a_folder_of_pictures(engine, tmp_path):
    for _ in range(2):  # a folder that is there is filled, not refused
        assert main([*FILM, "--out", str(tmp_path / "film")]) == 0
    assert sorted(path.name for path in (tmp_path / "film").iterdir()) == [
        "0000.png",
        "0001.png",
        "0002.png",
        "run.json",
    ]
    assert read(tmp_path / "film" / "run.json")["settings"]["seed"] == 7
    with Image.open(tmp_path / "film" / "0001.png") as picture:
        assert picture.size == (64, 64)


def test_the_models_flags_reach_load_and_the_same_film_again_costs_no_row(engine, tmp_path):
    flags = [
        "--model",
        "sd15",
        "--device",
        "cpu",
        "--dtype",
        "float32",
        "--cache-folder",
        str(tmp_path),
        "--vae-tiling",
    ]
    main([*FILM, *flags, "--out", str(tmp_path / "a.gif")])
    calls = engine.networks.calls
    main([*FILM, "--store-gb", "0.5", "--out", str(tmp_path / "b.gif")])
    assert engine.networks.calls == calls
    assert engine.asked[0] == {
        "model": "sd15",
        "config": None,
        "device": "cpu",
        "dtype": "float32",
        "cpu_offload": False,
        "vae_tiling": True,
        "attention_slicing": False,
        "cache_folder": tmp_path,
        "store_gb": 4.0,
    }
    assert engine.asked[1]["store_gb"] == 0.5
    assert engine.asked[1]["model"] == "pocket"


@pytest.mark.parametrize("seeds", [["1", "2"], ["1,2"], ["1,", "2"], ["1, 2"]])
def test_seeds_are_taken_with_commas_or_without(engine, tmp_path, seeds):
    assert main([*FILM, "--seeds", *seeds, "--out", str(tmp_path / "a.zip")]) == 0
    assert read(tmp_path / "a.zip")["settings"]["seeds"] == [1, 2]


def test_a_picture_is_a_file_or_an_example(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (40, 30), "navy").save("mine.png")
    Image.new("RGB", (40, 30), "navy").save("boat", "PNG")
    variations = ["image-variations", "--count", "2", "--strengths", "0.5", "--out", "a.zip", "--picture"]
    for given, source in (("mine.png", Path("mine.png")), ("boat", "boat"), ("./boat", Path("boat"))):
        assert main([*variations, given]) == 0
        assert read(tmp_path / "a.zip")["settings"]["picture"] == canonical(source)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("there-is-none.png", "the file cannot be read: No such file"),
        (".", "the file cannot be read"),
        ("words.png", "it is no picture"),
    ],
)
def test_a_file_that_is_no_picture_is_said(engine, tmp_path, monkeypatch, capsys, given, reason):
    monkeypatch.chdir(tmp_path)
    Path("words.png").write_text("words")
    assert main(["image-variations", "--picture", given, "--out", "a.zip"]) == 2
    sentence = said(capsys)
    assert f"picture = '{given}' is not allowed: {reason}" in sentence
    assert "one of the examples planet, boat" in sentence
    assert not Path("a.zip").exists()


@pytest.mark.parametrize(
    ("flags", "field", "value", "allowed"),
    [
        (["--frames", "0"], "frames", "0", "from 2 to 300"),
        (["--frames", "10000"], "frames", "10000", "from 2 to 300"),
        (["--guidance-scale", "31"], "guidance_scale", "31.0", "from 0 to 30"),
        (["--guidance-scale", "nan"], "guidance_scale", "nan", "from 0 to 30"),
        (["--width", "100"], "width", "100", "a multiple of 32"),
        (["--scheduler", "Magic"], "scheduler", "'Magic'", "one of DPM++ 2M"),
        (["--seed", "-1"], "seed", "-1", "from 0 to 4294967295"),
        (["--prompts", "a cat"], "prompts", "['a cat']", "2 to 8 prompts"),
        (["--prompts", "a cat", " "], "prompts", "['a cat', ' ']", "none empty"),
        (["--prompts"], "prompts", "[]", "2 to 8 prompts"),
        (["--seeds", "1", "2", "3"], "seeds", "(1, 2, 3)", "one for each of the 2 prompts"),
        (["--seeds", "x"], "seeds", "'x'", "whole numbers from 0"),
        (["--loop", "spiral"], "loop", "'spiral'", "one of open, back-and-forth, closed"),
        (["--negative-prompt", "x" * 20_001], "negative_prompt", "'xxx", "at most 20000 characters"),
    ],
)
def test_what_is_out_of_bounds_is_said_with_field_value_and_bounds(
    engine, tmp_path, capsys, flags, field, value, allowed
):
    assert main([*FILM, *flags, "--out", str(tmp_path / "film.gif")]) == 2
    sentence = said(capsys)
    assert f"{field} = {value}" in sentence
    assert allowed in sentence
    assert engine.networks.calls == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", ["film.avi", "film.tiff", "film.", "film.tar.gz", "my.film"])
def test_a_wrong_suffix_is_refused_before_anything_is_loaded(engine, tmp_path, capsys, out):
    code = main([*FILM, "--out", str(tmp_path / out)])
    if out == "film.":  # to Python, and to people, that is no suffix
        assert code == 0
        return
    assert code == 2
    assert f"out = '{tmp_path}"[:60] in (sentence := said(capsys))
    assert all(format in sentence for format in ("gif", "mp4", "webp", "zip", "png", "folder"))
    assert engine.asked == []


@pytest.mark.parametrize("out", ["file/film.gif", "file/film", "file"])
def test_a_place_that_cannot_be_written_is_said_before_anything_is_loaded(engine, tmp_path, capsys, out):
    (tmp_path / "file").write_text("not a folder")
    assert main([*FILM, "--out", str(tmp_path / out)]) == 2
    assert str(tmp_path / "file") in said(capsys)
    assert engine.asked == []


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["divination", "--out", "x.gif"], "divination"),
        ([], "EXPERIMENT"),
        (["interpolation"], "--out"),
        ([*FILM, "--frames", "many", "--out", "x.gif"], "--frames: invalid int value: 'many'"),
        ([*FILM, "--spin", "--out", "x.gif"], "--spin"),
    ],
)
def test_what_cannot_be_parsed_is_named(engine, capsys, argv, named):
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
    assert named in capsys.readouterr().err


def test_an_unknown_experiment_is_answered_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["divination", "--out", "x.gif"])
    error = capsys.readouterr().err
    assert all(name in error for name in registry())


def test_interrupted_in_the_middle_it_says_so_and_goes_on_from_there(monkeypatch, tmp_path, capsys):
    class Interrupted(FakeNetworks):
        def predict(self, rows, micro_batch):
            if self.calls == 5:
                raise KeyboardInterrupt
            return super().predict(rows, micro_batch)

    store = FrameStore(tmp_path / "store")
    engines = iter([Engine(Interrupted(), store), Engine(FakeNetworks(), store)])
    monkeypatch.setattr(command_line, "load", lambda **_: next(engines))
    film = [*FILM, "--frames", "24", "--out", str(tmp_path / "film.gif")]
    assert main(film) == 130
    error = capsys.readouterr().err
    assert "latent-explorer: stopped" in error
    assert "Traceback" not in error
    assert not (tmp_path / "film.gif").exists()
    kept = len(list((tmp_path / "store").rglob("*.png")))
    assert 0 < kept < 24
    assert main(film) == 0
    assert len(list((tmp_path / "store").rglob("*.png"))) == 24


LONG = "a red fox, " * 40 + "and a castle\nwith a tower"


def test_a_chinese_prompt_is_drawn_as_english_which_is_said_and_kept_in_the_record(engine, tmp_path, capsys):
    engine.networks.words = Words.of(POCKET)
    chinese, english = tmp_path / "chinese.zip", tmp_path / "english.zip"
    film = ["interpolation", "--frames", "2", "--negative-prompt", "雪", "--prompts"]
    assert main([*film, "雪地里的猫", "一只开心的狗", "--out", str(chinese)]) == 0
    line = next(line for line in capsys.readouterr().err.splitlines() if line.startswith("latent-explorer"))
    assert "“雪地里的猫” is drawn as “a cat in the snow”" in line
    assert "Unknown to the model, and left out: 开心" in line
    record = read(chinese)
    assert record["settings"]["prompts"] == ["雪地里的猫", "一只开心的狗"]
    assert record["read_as"] == {"雪": "snow", "雪地里的猫": "a cat in the snow", "一只开心的狗": "a dog"}
    film[4] = "snow"
    assert main([*film, "a cat in the snow", "a dog", "--out", str(english)]) == 0
    assert "read_as" not in read(english)
    assert pixels(chinese) == pixels(english)


def pixels(archive: Path) -> list[bytes]:
    with zipfile.ZipFile(archive) as found:
        return [Image.open(found.open(name)).tobytes() for name in sorted(found.namelist()) if name.endswith(".png")]


def test_what_is_cut_off_is_one_line_on_stderr_negative_prompts_too(engine, tmp_path, capsys):
    sweep = ["guidance-sweep", "--scales", "1", "--out", str(tmp_path / "a.png"), "--prompt"]
    assert main([*sweep, LONG, "--negative-prompt", "blurry " * 75 + "and dark"]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("latent-explorer:")]
    assert len(lines) == 1
    assert "reads only the beginning of “a red fox," in lines[0]
    assert "and a castle with a tower”" in lines[0]
    assert "of “blurry blurry blurry blurry blurry blurr…”. Cut off: “and dark”" in lines[0]
    assert main([*sweep, "a cat"]) == 0
    assert "latent-explorer:" not in capsys.readouterr().err


def helped(capsys, *argv: str) -> str:
    """The help without white space: it breaks its lines anywhere, after hyphens too."""
    with pytest.raises(SystemExit) as caught:
        main([*argv, "--help"])
    assert caught.value.code == 0
    return squeezed(capsys.readouterr().out)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", registry())
def test_the_help_shows_every_field_with_its_bounds_and_default(capsys, name):
    text, experiment = helped(capsys, name), registry()[name]
    assert squeezed(experiment.__doc__) in text
    assert "--concept" in text  # taught words are given as files
    given = {name: declared for name, declared in experiment.inputs().items() if declared.flag is not None}
    flags = {flag: kind for name, i in given.items() for flag, (kind, _) in i.flags(name, None).items()}
    for field, declared in flags.items():
        assert f"--{field.replace('_', '-')}" in text
        assert squeezed(declared.help) in text
        assert squeezed(declared.allowed[1:]) in text
    for flag in ("--out", "--model", "--device", "--dtype", "--cache-folder", "--store-gb", ".gif,.mp4,.webp,.zip"):
        assert flag in text


def test_the_help_lists_the_experiments(capsys):
    text = helped(capsys)
    assert all(name in text and squeezed(experiment.__doc__) in text for name, experiment in registry().items())


@pytest.mark.parametrize("name", registry())
def test_flags_and_fields_are_the_same_and_what_is_not_given_is_the_fields_default(name):
    experiment = registry()[name]
    args = command_line.make_parser().parse_args([name, "--out", "x.gif"])
    assert experiment(**command_line.settings(args, experiment)) == experiment()
    others = {*command_line.model_options(args), "experiment", "out", "concept", "enlarge", "captions"}
    given = {name: declared for name, declared in experiment.inputs().items() if declared.flag is not None}
    assert set(vars(args)) - others == {flag for name, i in given.items() for flag in i.flags(name, None)}


def test_a_model_that_is_not_there_is_one_line_and_code_2(capsys):
    assert main(["interpolation", "--model", "/nonexistent", "--out", "x.gif"]) == 2
    assert said(capsys).startswith("latent-explorer: '/nonexistent' is no file or folder here")
