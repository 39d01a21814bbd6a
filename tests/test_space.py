"""What `make space` checks: nothing is wrong with the folder as it is, much with others. No registry is asked."""

import pytest

from huggingface.check import (
    ROOT,
    describe,
    front_matter,
    main,
    problems_of_files,
    problems_of_front_matter,
    problems_of_requirements,
    pushed,
    required,
)

GOOD = front_matter(ROOT)


def test_nothing_is_wrong_with_this_folder(capsys):
    assert main(["--offline"]) == 0
    assert "Nothing is wrong with it. (pip was not asked.)" in capsys.readouterr().out


def test_the_front_matter_tells_the_space_what_the_constraints_and_the_table_of_models_say():
    pinned = (ROOT / "constraints.txt").read_text()
    assert f"gradio=={GOOD['sdk_version']}\n" in pinned
    models = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    assert all(f"| {model} |" in models for model in GOOD["models"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("emoji", "x"),
        ("colorFrom", "black"),
        ("sdk", "docker"),
        ("sdk_version", "6"),
        ("python_version", 3.1),  # what YAML makes of 3.10 without quotes
        ("app_file", "main.py"),
        ("license", "Apache-2.0"),
        ("short_description", "x" * 61),
        ("models", ["pocket"]),
        ("tags", "art"),
        ("suggested_hardware", "laptop"),
    ],
)
def test_a_field_that_is_not_allowed_or_missing_is_a_sentence(field, value):
    (said, *_) = problems_of_front_matter({**GOOD, field: value}, ROOT)
    assert field in said
    assert repr(value) in said
    missing = {name: known for name, known in GOOD.items() if name != field}
    assert any(f"the field {field} is missing" in said for said in problems_of_front_matter(missing, ROOT))
    assert list(problems_of_front_matter({**GOOD, "colour": 1}, ROOT)) == [
        "README.md: the field colour is none that is known here."
    ]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pyproject.toml").write_text('requires-python = ">=3.10,<3.13"')
    return tmp_path


@pytest.mark.parametrize(
    ("requirements", "said"),
    [
        ("gradio==5.0\ntorch>=2.8,<2.12", "leaves out the Space's own"),
        ("gradio>=6\ntorch>=2.8,<2.12\nspaces", "leave it out"),
    ],
)
def test_ranges_that_do_not_fit_a_space_are_a_sentence(folder, requirements, said):
    (folder / "requirements.txt").write_text(requirements)
    assert any(said in problem for problem in problems_of_requirements(GOOD, folder))


def test_a_python_that_the_program_does_not_support_is_a_sentence(folder):
    (folder / "requirements.txt").write_text("gradio>=6\ntorch>=2.8,<2.12")
    assert list(problems_of_requirements(GOOD, folder)) == []
    (said,) = problems_of_requirements({**GOOD, "python_version": "3.13"}, folder)
    assert "'3.13' is outside >=3.10,<3.13" in said


def test_markers_are_read_for_the_spaces_python(folder):
    lines = ('torch<2.12; python_version == "3.12"', 'torch; python_version != "3.12"')
    (folder / "requirements.txt").write_text("\n".join(lines))
    assert "2.11.0" in required(folder, "3.12.12")["torch"]
    assert "2.12.0" not in required(folder, "3.12")["torch"]
    assert "2.12.0" in required(folder, "3.11")["torch"]


def test_missing_and_stubbed_weights_and_too_much_of_everything_are_found():
    files = pushed(ROOT)
    assert list(problems_of_files(files)) == []
    unet = "assets/pocket/unet/diffusion_pytorch_model.safetensors"
    assert any(unet in said for said in problems_of_files({**files, unet: 134}))
    without = {name: size for name, size in files.items() if name != "app.py"}
    assert list(problems_of_files(without)) == ["app.py would not be pushed: it is missing, or git ignores it."]
    assert any("a Space may hold" in said for said in problems_of_files({"huge": 2 * 10**9}))


def test_large_files_are_named_with_the_way_to_push_them():
    said = describe(pushed(ROOT))
    assert "2 of them are over 10 MB" in said
    assert "assets/pocket/unet/diffusion_pytorch_model.safetensors" in said
    assert "hf upload" in said
