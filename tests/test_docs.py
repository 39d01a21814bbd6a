"""What the README claims about the tree, the dependencies, the models and the example is true."""

import importlib
import re
import sys
from pathlib import Path

import pytest

import explorer.experiments
from explorer.command_line import make_parser
from explorer.engine.engine import Frame
from explorer.engine.models import KNOWN
from explorer.experiments import registry
from explorer.outputs.runs import Runs
from explorer.ui.limits import variables
from explorer.ui.page import build_page
from explorer.ui.text import say

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TREE = re.search(r"```\napp\.py.*?```", README, re.S).group(0)


def test_the_tree_names_every_module_and_nothing_else():
    modules = {path.name for path in (ROOT / "explorer").rglob("*.py") if path.name != "__init__.py"}
    named = set(re.findall(r"^ +(\w+\.py) ", TREE, re.M)) - {"__init__.py"}
    assert named == modules


def test_every_dependency_has_a_reason_and_every_reason_a_dependency():
    required = set(re.findall(r"^[\w-]+", (ROOT / "requirements.txt").read_text(), re.M))
    table = README.split("| package | what for |\n|---|---|\n")[1].split("\n\n")[0]
    named = {name.strip() for row in table.splitlines() for name in row.split("|")[1].split(",")}
    assert named == required


def test_the_test_tools_are_the_ones_named():
    tools = {re.match(r"[\w-]+", line).group(0) for line in (ROOT / "requirements-dev.txt").read_text().split()}
    sentence = README.split("Tests use ")[1].split("\n\n")[0]
    assert all(tool in sentence for tool in tools)


def test_the_table_of_models_is_the_table_in_the_code():
    table = README.split("| name | model | size |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    expected = [
        [
            known.name,
            "bundled" if known.name == "pocket" else known.source,
            f"{known.defaults.width} x {known.defaults.height}",
            str(known.defaults.num_inference_steps),
            f"{known.defaults.guidance_scale:g}",
            known.defaults.scheduler,
        ]
        for known in KNOWN
    ]
    assert rows == expected


def test_every_limit_is_described_with_its_meaning_and_its_value_on_a_space():
    for name, (meaning, value) in variables().items():
        assert f"| {name} | {meaning} | {value} |" in README


def test_every_tab_is_described():
    table = README.split("| tab | what it shows |")[1].split("\n\n")[0]
    for experiment in registry().values():
        assert f"| {experiment.title()} |" in table


def test_the_chinese_readme_has_every_tab_and_every_model():
    chinese = CHINESE
    for experiment in registry().values():
        assert f"| {say(experiment.title(), 'zh')}（{experiment.title()}） |" in chinese
    for row in re.findall(r"^\| [a-z0-9-]+ \| \S+/.*$", README, re.M):
        assert row in chinese
    assert "(README.zh-CN.md)" in README
    assert "(README.md)" in chinese


CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
CARD = (ROOT / "explorer/assets/pocket/README.md").read_text(encoding="utf-8")

SAME_SECTIONS = {
    "Latent Explorer": "Latent Explorer · 潜空间探索器",
    "Two commands": "两条命令",
    "What one can do": "能做什么",
    "Models": "模型",
    "Behind a reverse proxy": "反向代理之后",
    "Known limits": "已知的局限",
}
"""The sections that both READMEs have, by their headings."""


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    return re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", text, re.M | re.S).group(1)


@pytest.mark.parametrize(("english", "chinese"), SAME_SECTIONS.items(), ids=SAME_SECTIONS)
@pytest.mark.parametrize(
    "kind", [r"\d+(?:\.\d+)*", r"`[^`\n]+`", r"\]\((?!README)[^)]+\)"], ids=["number", "code", "file"]
)
def test_both_readmes_have_the_same_numbers_code_and_files(english, chinese, kind):
    ours, theirs = (set(re.findall(kind, section(*one))) for one in ((README, english), (CHINESE, chinese)))
    assert ours == theirs


def test_every_row_of_the_tabs_has_the_same_numbers_in_both_readmes():
    for experiment in registry().values():
        title = experiment.title()
        english = re.search(rf"^\| {title} \|(.*)$", README, re.M).group(1)
        chinese = re.search(rf"^\| \S+（{title}） \|(.*)$", CHINESE, re.M).group(1)
        assert sorted(set(re.findall(r"\d+", english))) == sorted(set(re.findall(r"\d+", chinese))), title


def test_both_readmes_say_of_the_bundled_model_what_its_card_says():
    """Its size, and that it knows places, colours, styles and some hundred subjects: the card has the shares."""
    megabytes = round(sum(f.stat().st_size for f in (ROOT / "explorer/assets/pocket").rglob("*") if f.is_file()) / 1e6)
    assert round(float(re.search(r"Size: ([\d.]+) MB in all", CARD).group(1))) == megabytes
    assert (
        f"The bundled model is {megabytes} MB and knows places, colours, styles and a few hundred\nsubjects" in README
    )
    assert f"自带的模型有 {megabytes} MB，认得地点、颜色、画风和几百种事物" in CHINESE
    shares = {
        kind: float(
            re.search(
                rf"^- {kind}.*?(?:recognised in|Recognised in|recognised first among them all in)\s+([\d.]+) %",
                CARD,
                re.M | re.S,
            ).group(1)
        )
        for kind in ("Scenes", "Styles", "Background colours", "Subjects")
    }
    assert min(shares.values()) > 50, "what is known is drawn right more often than not"
    subjects = int(re.search(r"Subjects: of (\d+) core subjects", CARD).group(1))
    assert 200 <= subjects * shares["Subjects"] / 100 < 1000, "a few hundred"


@pytest.fixture
def example(tmp_path, monkeypatch):
    """The README's example, put where experiments are found."""
    text = re.search(r"```python\n(\"\"\"Many seeds.*?)```", README, re.S).group(1)
    (tmp_path / "many_seeds.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(explorer.experiments, "__path__", [*explorer.experiments.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    yield registry()["many-seeds"]
    sys.modules.pop("explorer.experiments.many_seeds", None)


def test_the_example_experiment_is_a_tab_a_command_and_a_class(example, engine, tmp_path, capsys):
    made = example(count=3, seed=5)
    plan = made.resolved(engine.networks.defaults).plan(engine)
    frames = [event for event in engine.render(plan) if isinstance(event, Frame)]
    assert sorted(frame.place.caption for frame in frames) == ["seed 5", "seed 6", "seed 7"]
    assert len({frame.png for frame in frames}) >= 1
    assert explorer.ManySeeds is example
    page = build_page(engine, Runs(tmp_path / "runs"), registry())
    assert "tab-many-seeds" in str(page.get_config_file())
    with pytest.raises(SystemExit):
        make_parser().parse_args(["many-seeds", "--help"])
    assert "whole number from 1 to 100" in " ".join(capsys.readouterr().out.split())
