"""A word from the command line and from Python: taught, written, used; what cannot be is a sentence and code 2."""

import pytest

import explorer
from explorer import command_line, teach_command
from explorer.command_line import main
from explorer.engine.concepts import Use
from explorer.experiments.interpolation import Interpolation
from tests.teaching import draw, tiny_engine


@pytest.fixture
def pictures(tmp_path):
    for i in range(2):
        draw(i, 48).save(tmp_path / f"{i}.png")
    return [str(tmp_path / f"{i}.png") for i in range(2)]


@pytest.fixture
def engine(monkeypatch):
    engine = tiny_engine()
    monkeypatch.setattr(command_line, "load", lambda **_: engine)
    return engine


def teach(pictures, out, *more):
    flags = ["--word", "<bolt>", "--like", "cat", "--steps", "3", "--rank", "2", "--learning-rate", "0.01"]
    return main(["teach-a-word", "--pictures", *pictures, *flags, *more, "--out", str(out)])


def test_a_word_is_taught_written_and_used(engine, pictures, tmp_path, capsys):
    out = tmp_path / "deep" / "bolt.zip"
    assert teach(pictures, out) == 0
    assert capsys.readouterr().out.strip() == str(out)
    film = ["interpolation", "--prompts", "a <bolt>", "a cat", "--frames", "2", "--loop", "open"]
    made = {}
    for name, concept in {"with": [f"{out}"], "half": [f"{out}=0.5"], "without": []}.items():
        folder = tmp_path / name
        flags = [flag for text in concept for flag in ("--concept", text)]
        assert main([*film, *flags, "--out", str(folder)]) == 0
        made[name] = (folder / "0000.png").read_bytes()
    assert len(set(made.values())) == 3


def test_what_cannot_be_is_a_sentence_and_code_2(engine, pictures, tmp_path, capsys):
    def said(code):
        assert code == 2
        return capsys.readouterr().err.strip().splitlines()[-1]

    assert "out = " in said(teach(pictures, tmp_path / "x.gif"))
    assert "pictures = " in said(teach([str(tmp_path / "none.png")], tmp_path / "x.zip"))
    assert "vectors = 99 is not allowed" in said(teach(pictures, tmp_path / "x.zip", "--vectors", "99"))
    film = ["interpolation", "--out", str(tmp_path / "x")]
    assert "cannot be read" in said(main([*film, "--concept", "/nonexistent.zip"]))
    assert "concept = " in said(main([*film, "--concept", "bolt.zip=7"]))
    (tmp_path / "bad.safetensors").write_bytes(b"nonsense")
    assert "no .safetensors file, or a broken one" in said(
        main([*film, "--concept", str(tmp_path / "bad.safetensors")])
    )


def test_a_word_is_taught_from_python(pictures, tmp_path):
    engine = tiny_engine()
    options = {"steps": 3, "rank": 2, "learning_rate": 0.01}
    *_, last = explorer.teach(engine, pictures, "bolt", "cat", **options)
    explorer.save_concept(last.concept, tmp_path / "bolt.zip")
    concept = explorer.load_concept(tmp_path / "bolt.zip", engine)
    assert concept.digest == last.concept.digest
    film = Interpolation(prompts=("a <bolt>", "a cat"), frames=2)
    keys = [
        {frame.index: frame.key for frame in explorer.render(film, engine, progress=False, concepts=concepts)}
        for concepts in ([concept], [Use(concept, 0.5)], [])
    ]
    assert len({key[0] for key in keys}) == 3
    assert len({key[1] for key in keys}) == 1
    with pytest.raises(ValueError, match="1 to 8 pictures"):
        explorer.teach(engine, [], "bolt")


def test_the_command_is_among_the_others(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert teach_command.NAME in capsys.readouterr().out
