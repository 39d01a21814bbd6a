"""Single pictures: what is seen and is no run's frame can be saved and used, if it is exact, and says what it is."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.engine.engine import Engine, Frame
from explorer.engine.store import FrameStore
from explorer.experiments import registry
from explorer.experiments.prompt_grid import PromptGrid
from explorer.outputs import settings
from explorer.outputs.runs import Runs
from explorer.space.mixtures import prompts_of
from explorer.space.plans import Place, Plan
from explorer.ui.restoring import restore
from explorer.ui.saving import saved_routes
from explorer.ui.shipped import FOLDER
from explorer.ui.singles import MOST, Singles
from explorer.ui.uses import Chosen
from explorer.ui.views import PadView
from tests.ui.test_live import EXPERIMENTS, site
from tests.ui.test_shipped import DEFAULTS, GALLERY, pocket

HERE = (0.3, 0.6)


@pytest.fixture
def singles() -> Singles:
    return Singles(Engine(pocket(), FrameStore()), GALLERY)


@pytest.fixture
def client(singles) -> TestClient:
    return TestClient(Starlette(routes=singles.served()))


def drawn(singles: Singles, grid: PromptGrid) -> tuple[Plan, Frame]:
    """The point HERE of a grid, rendered."""
    plan = grid.plan(singles.engine)
    one = Plan((Place(HERE, "between"),), plan.at, plan.sampling)
    return plan, next(event for event in singles.engine.render(one) if isinstance(event, Frame))


def opened(file: bytes, folder) -> tuple[Image.Image, dict]:
    path = folder / "single.png"
    path.write_bytes(file)
    return Image.open(path).convert("RGB"), settings.read(path)


def test_its_file_is_the_picture_of_the_store_with_its_settings_inside_and_opens_its_tab(singles, client, tmp_path):
    grid = PromptGrid(seed=7, cells=3).resolved(singles.engine.defaults)
    plan, frame = drawn(singles, grid)
    name = singles.keep(singles.group(grid), plan, frame)
    answer = client.get(f"/single/{name}.png")
    assert answer.headers["cache-control"] == "no-store"
    picture, record = opened(answer.content, tmp_path)
    assert picture.tobytes() == frame.image.tobytes()
    own = {"seed": 7, **plan.settings_at(*HERE)}
    assert record["frame"] == {"caption": "between", "coordinates": list(HERE), "settings": own}
    assert prompts_of(own["prompt"]) == tuple(grid.prompts[i] for i in (0, 1, 2, 3))
    restored = restore(tmp_path / "single.png", registry(), singles.engine, Runs(tmp_path / "runs"))
    assert PromptGrid(**restored.settings) == grid
    chosen = singles.chosen(name)
    assert (chosen.png, chosen.experiment, chosen.settings["seed"]) == (frame.png, PromptGrid, 7)


def test_a_shipped_picture_is_as_good_as_it_is_shipped_and_says_all_its_settings(client, tmp_path):
    run = GALLERY.first("prompt-grid")
    picture, record = opened(client.get("/single/prompt-grid/80.png").content, tmp_path)
    with Image.open(FOLDER / "prompt-grid.webp") as sheet:
        assert picture.tobytes() == sheet.convert("RGB").crop((1024, 1024, 1152, 1152)).tobytes()
    assert record["settings"] == json.loads(json.dumps(PromptGrid().resolved(DEFAULTS).settings()))
    assert (record["frame"], record["model"]) == (run.said["frames"][80], run.said["model"])


def test_a_copy_of_a_shipped_run_has_all_of_it(singles, tmp_path):
    shipped = GALLERY.first("guidance-sweep")
    run = shipped.copied(Runs(tmp_path))
    assert (run.ready, run.frames) == (list(range(shipped.count)), shipped.said["frames"])
    with Image.open(run.pictures[3]) as ours, Image.open(io.BytesIO(singles.file("guidance-sweep/3"))) as single:
        assert ours.tobytes() == single.tobytes()


@pytest.mark.parametrize(
    "name",
    ["", "/", "x/0", "prompt-grid/81", "prompt-grid/-1", "prompt-grid/", "prompt-grid/٣", "prompt-grid/" + "9" * 60],
)
def test_a_name_of_none_is_not_found(singles, client, name):
    assert singles.chosen(name) is None
    assert client.get(f"/single/{name}.png").status_code == 404


def test_those_seen_long_ago_are_forgotten_and_those_dropped_from_the_store_are_not_there(singles):
    grid = PromptGrid().resolved(singles.engine.defaults)
    plan, frame = drawn(singles, grid)
    first = singles.keep(singles.group(grid), plan, frame)
    others = [singles.group(grid) for _ in range(MOST)]
    assert singles.chosen(first) is None
    name = singles.keep(others[-1], plan, frame)
    assert singles.chosen(name) is not None
    singles.engine.store = FrameStore()
    assert singles.chosen(name) is None
    assert singles.keep(first.partition("/")[0], plan, frame) == ""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_exact_picture_of_every_tab_has_a_name_and_no_draft_has(name, tmp_path):
    here = site(tmp_path, name)
    _, drafts = here.drawn(name)
    assert drafts
    assert not any("single" in what for what, _ in drafts)
    _, exact = here.drawn(name, exact=True)
    for what, size in exact:
        chosen: Chosen = here.live.singles.chosen(what["single"])
        assert Image.open(io.BytesIO(chosen.png)).size == size
        assert chosen.experiment is EXPERIMENTS[name]
        assert here.live.singles.file(what["single"])


def test_what_a_browser_says_it_looks_at_is_not_trusted():
    for single in (5, None, ["x"], "x" * 1000):
        assert PadView().preprocess({"live": True, "single": single}) == {"live": True}
    assert PadView().preprocess({"live": True, "single": "x/1"}) == {"live": True, "single": "x/1"}


def test_saved_pictures_leave_as_large_as_asked_with_their_settings_inside(singles, tmp_path):
    run = GALLERY.named("prompt-grid").copied(Runs(tmp_path / "runs"))
    client = TestClient(Starlette(routes=saved_routes(Runs(tmp_path / "runs"), singles)))
    for place in (f"{run.name}/frames/0004", "single/prompt-grid/4"):
        plain, large, titled = (
            client.get(f"/saved/{place}.png?large={large}&captions={captions}").content
            for large, captions in ((0, 0), (1, 0), (1, 1))
        )
        sizes = [opened(file, tmp_path)[0].size for file in (plain, large, titled)]
        assert sizes[:2] == [(128, 128), (512, 512)]
        assert sizes[2][0] == 512
        assert sizes[2][1] > 530
        records = [opened(file, tmp_path)[1] for file in (plain, large, titled)]
        assert records[0] == records[1] == records[2]
    assert client.get(f"/saved/{run.name}/frames/0004.png").content == (run.folder / "frames/0004.png").read_bytes()


@pytest.mark.parametrize(
    "place", ["none/frames/0000", "{}/view/0000", "{}/frames/9999", "{}/frames/..", "..%2f{}/frames/0000", "single/x/0"]
)
def test_nothing_else_is_saved(place, singles, tmp_path):
    run = GALLERY.named("prompt-grid").copied(Runs(tmp_path / "runs"))
    client = TestClient(Starlette(routes=saved_routes(Runs(tmp_path / "runs"), singles)))
    assert client.get(f"/saved/{place.format(run.name)}.png?large=1").status_code == 404
