"""What the documents claim about modules, dependencies, models, words and the example is true, and no link broken."""

import re
from pathlib import Path

import pytest

from docs import generate
from explorer.ui.text import say

ROOT = Path(__file__).parents[1]


def document(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


README, CHINESE_README = document("README.md"), document("README.zh-CN.md")
PAGE, MODELS, CHINESE = document("docs/page.md"), document("docs/models.md"), document("docs/zh-CN.md")
ARCHITECTURE = document("docs/architecture.md")
CARD = document("assets/pocket/README.md")
LINKING = [*generate.DOCUMENTS, ROOT / "training/README.md"]


def test_what_follows_from_the_code_is_as_the_code_has_it():
    assert list(generate.stale()) == [], "make docs"
    marks = {name for path in generate.DOCUMENTS for name in re.findall(r"<!-- ([a-zA-Z ]+) -->", path.read_text())}
    assert marks == set(generate.TABLES)


@pytest.mark.parametrize("path", LINKING, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_link_is_broken(path):
    """Files by their names, headings by what GitHub makes of them; addresses elsewhere are not asked for."""
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        name, _, heading = target.partition("#")
        there = path.parent / name if name else path
        assert there.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", known).lower().replace(" ", "-") for known in headings}, target


def test_every_page_of_the_documents_is_in_the_readme():
    for path in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{path.name})" in README + CHINESE_README


def test_every_notebook_is_in_the_readme():
    for path in (ROOT / "examples").iterdir():
        assert f"(examples/{path.name})" in README
        assert f"(examples/{path.name})" in CHINESE_README


def test_a_word_is_defined_where_its_row_says():
    rows = re.findall(
        r"^\| ([\w ,]+) \|.*\| \[[\w./]+\]\((\S+)\) `(?:\w+\.)?(\w+)` \|$", document("docs/words.md"), re.M
    )
    assert len(rows) == document("docs/words.md").count("\n| ") - 1
    for word, module, name in rows:
        source = (ROOT / "docs" / module).read_text(encoding="utf-8")
        assert re.search(rf"^ *(?:class|def) {name}\b|^{name}\b.* =", source, re.M), f"{word}: no {name} in {module}"


def test_every_dependency_has_a_reason_and_every_reason_a_dependency():
    required = set(re.findall(r"^[\w-]+", (ROOT / "requirements.txt").read_text(), re.M))
    table = ARCHITECTURE.split("| package | what for |\n|---|---|\n")[1].split("\n\n")[0]
    named = {name.strip() for row in table.splitlines() for name in row.split("|")[1].split(",")}
    assert named == required


def test_the_test_tools_are_the_ones_named():
    tools = {re.match(r"[\w-]+", line).group(0) for line in (ROOT / "requirements-dev.txt").read_text().split()}
    sentence = ARCHITECTURE.split("Tests use ")[1].split("\n\n")[0]
    assert all(tool in sentence for tool in tools)


def test_every_tab_is_described_at_length_in_both_languages():
    """With the same numbers in both."""
    for experiment in generate.exported():
        title = experiment.title()
        english = re.search(rf"^\| {title} \|(.*)$", PAGE, re.M).group(1)
        chinese = re.search(rf"^\| {say(title, 'zh')}（{title}） \|(.*)$", CHINESE, re.M).group(1)
        assert sorted(set(re.findall(r"\d+", english))) == sorted(set(re.findall(r"\d+", chinese))), title


def test_the_chinese_documents_have_every_model():
    for row in re.findall(r"^\| [a-z0-9-]+ \| \S+/.*$", MODELS, re.M):
        assert row in CHINESE


SAME_SECTIONS = {
    "Latent Explorer": (README, "Latent Explorer", CHINESE_README, "Latent Explorer · 潜空间探索器"),
    "What a latent space is": (
        README,
        "What a latent space is, and why one would look",
        CHINESE_README,
        "什么是潜空间，为什么要看",
    ),
    "Two commands": (README, "Two commands", CHINESE_README, "两条命令"),
    "The page": (PAGE, "The page", CHINESE, "页面"),
    "Models": (MODELS, "Models", CHINESE, "模型"),
    "Behind a reverse proxy": (document("docs/spaces.md"), "Behind a reverse proxy", CHINESE, "反向代理之后"),
    "Known limits": (document("docs/limits.md"), "Known limits", CHINESE, "已知的局限"),
}
"""The sections that there are in both languages: document and heading of each."""


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    return re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", text, re.M | re.S).group(1)


@pytest.mark.parametrize(("english", "heading", "chinese", "its_heading"), SAME_SECTIONS.values(), ids=SAME_SECTIONS)
@pytest.mark.parametrize(
    "kind", [r"\d+(?:\.\d+)*", r"`[^`\n]+`", r"\]\((?![^)]*\.md\))[^)]+\)"], ids=["number", "code", "file"]
)
def test_both_languages_have_the_same_numbers_code_and_files(english, heading, chinese, its_heading, kind):
    ours, theirs = (
        set(re.findall(kind, section(english, heading))),
        set(re.findall(kind, section(chinese, its_heading))),
    )
    assert ours == theirs


def test_both_readmes_say_of_the_bundled_model_what_its_card_says():
    """Its size, and that it knows places, colours, styles and some hundred subjects: the card has the shares."""
    megabytes = round(sum(f.stat().st_size for f in (ROOT / "assets/pocket").rglob("*") if f.is_file()) / 1e6)
    assert round(float(re.search(r"Size: ([\d.]+) MB in all", CARD).group(1))) == megabytes
    assert (
        f"The bundled model is {megabytes} MB and knows places, colours, styles and a few hundred\nsubjects" in README
    )
    assert f"自带的模型有 {megabytes} MB，认得地点、颜色、画风和几百种事物" in CHINESE_README
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
