"""ZeroGPU with a stand-in for `spaces`: work goes to a forked process and comes back; the price says for how long."""

import os

import pytest
from gradio_client import Client

from explorer.engine.engine import Engine, Price
from explorer.engine.fake import FakeNetworks
from explorer.engine.store import FrameStore
from explorer.experiments.interpolation import Interpolation
from explorer.experiments.prompt_grid import PromptGrid
from explorer.outputs.runs import Runs
from explorer.ui.gpu import LONGEST, SHORTEST, SPARE, ZeroGpu, duration
from explorer.ui.rendering import Rendering
from explorer.ui.visits import Visit
from tests.ui.serving import served
from tests.ui.standin import Spaces
from tests.ui.test_page import inputs


class Planner(FakeNetworks):
    """Encodes; renders nothing."""

    def predict(self, rows, micro_batch):
        raise AssertionError("rendered in the process without a GPU")


def film(frames=5):
    return Interpolation(prompts=("a cat", "a dog"), frames=frames).resolved(FakeNetworks.defaults)


@pytest.fixture
def planner(tmp_path):
    return Engine(Planner(), FrameStore(tmp_path / "store"))


def zero_gpu(tmp_path, spaces, pause=0.0, **options):
    return ZeroGpu(spaces.GPU, lambda: Engine(FakeNetworks(pause), FrameStore(tmp_path / "store")), **options)


@pytest.fixture
def spaces():
    return Spaces()


def priced(rows, seconds=None):
    return Price(frames=9, stored=0, rows=rows, naive_rows=rows, seconds=seconds)


def test_the_price_says_how_many_seconds_with_a_margin_and_never_more_than_allowed():
    assert duration(priced(0), 512 * 512) == SHORTEST
    assert duration(priced(1000), 512 * 512) == SHORTEST + 30  # 20 ms a row, and half as much again
    assert duration(priced(1000), 256 * 256) == SHORTEST + 8  # 7.5
    assert duration(priced(1000, seconds=10.0), 512 * 512) == SHORTEST + 15
    assert duration(priced(10**6), 512 * 512) == LONGEST
    assert duration(priced(10**6), 512 * 512, longest=60) == 60
    assert duration(priced(10**6), 512 * 512, longest=1000) == LONGEST


def test_the_task_is_decorated_before_anything_is_rendered(tmp_path, spaces):
    zero_gpu(tmp_path, spaces)
    assert len(spaces.decorated) == 1
    assert spaces.asked == []


def test_a_render_passes_through_the_other_process_and_fills_the_run_here(tmp_path, planner, spaces):
    gpu = zero_gpu(tmp_path, spaces)
    rendering = Rendering.of(film(), planner, Runs(tmp_path / "runs"))
    news = list(gpu.each(rendering))
    assert news[0][1]["state"] == "running"
    shown, status = news[-1]
    assert status["state"] == "done"
    assert shown["ready"] == rendering.run.ready == [0, 1, 2, 3, 4]
    assert rendering.run.record["rows"]["run"] == rendering.render.price.rows > 0
    assert spaces.asked == [duration(rendering.render.price, 64 * 64)]
    alone = Engine(FakeNetworks(), FrameStore())
    pictures = {frame.key for frame in alone.render(film().plan(alone)) if hasattr(frame, "png")}
    assert pictures == set(rendering.render.keys)


def test_what_the_other_process_rendered_is_found_here_and_needs_no_gpu_again(tmp_path, planner, spaces):
    gpu = zero_gpu(tmp_path, spaces)
    list(gpu.each(Rendering.of(film(), planner, Runs(tmp_path / "runs"))))
    again = Rendering.of(film(), planner, Runs(tmp_path / "runs"))
    assert again.render.price.stored == 5
    *_, (_, status) = gpu.each(again)
    assert status["state"] == "done"
    assert len(spaces.asked) == 1


def test_stop_reaches_the_other_process_and_keeps_what_is_there(tmp_path, planner, spaces):
    gpu = zero_gpu(tmp_path, spaces, pause=0.05)
    rendering = Rendering.of(film(200), planner, Runs(tmp_path / "runs"))
    news = gpu.each(rendering)
    for shown, _ in news:
        if shown["ready"]:
            rendering.render.cancel()
    assert 0 < len(rendering.run.ready) < 200
    assert rendering.run.record["present"] == len(rendering.run.ready)
    assert rendering.run.record["rows"]["run"] < rendering.render.price.rows


def test_work_ends_by_itself_before_its_time_is_over(tmp_path, planner, spaces):
    gpu = zero_gpu(tmp_path, spaces, longest=SPARE)
    rendering = Rendering.of(film(200), planner, Runs(tmp_path / "runs"))
    *_, (_, status) = gpu.each(rendering)
    assert status["state"] == "stopped"
    assert status["detail"].endswith("Render goes on from here")


def test_a_closed_tab_ends_the_other_process(tmp_path, planner, spaces):
    gpu = zero_gpu(tmp_path, spaces, pause=0.05)
    rendering = Rendering.of(film(200), planner, Runs(tmp_path / "runs"))
    news = gpu.each(rendering)
    next(news)
    news.close()
    assert len(rendering.run.ready) < 200


def test_what_spaces_refuses_is_an_error_in_plain_words(tmp_path, planner, spaces):
    spaces.fails = 'You have exceeded your quota. <a href="x">Sign up</a>'
    rendering = Rendering.of(film(), planner, Runs(tmp_path / "runs"))
    with pytest.raises(RuntimeError, match=r"You have exceeded your quota\. Sign up"):
        list(zero_gpu(tmp_path, spaces).each(rendering))


def test_a_process_that_dies_is_an_error(tmp_path, planner, spaces):
    gpu = ZeroGpu(spaces.GPU, lambda: os._exit(1))
    with pytest.raises(RuntimeError, match=r"^GPU task aborted$"):
        list(gpu.each(Rendering.of(film(), planner, Runs(tmp_path / "runs"))))


def test_a_visit_between_the_places_goes_there_too(tmp_path, planner, spaces):
    gpu = zero_gpu(tmp_path, spaces)
    grid = PromptGrid(cells=2).resolved(planner.networks.defaults)
    rendering = Rendering.of(grid, planner, Runs(tmp_path / "runs"))
    list(gpu.each(rendering))
    visit = Visit.of(PromptGrid, planner, rendering.run, [0.25, 0.5])
    *_, last = gpu.each(visit)
    assert last["picture"].exists()
    assert last["coordinates"] == [0.25, 0.5]
    assert len(spaces.asked) == 2


def test_the_page_renders_through_it(tmp_path, spaces):
    gpu = zero_gpu(tmp_path, spaces)
    with served(
        tmp_path / "runs", "interpolation", each=gpu.each, engine=Engine(Planner(), FrameStore(tmp_path / "store"))
    ) as site:
        visitor = Client(site.url, download_files=False, verbose=False)
        shown, status, *_ = visitor.predict(*inputs(frames=3), api_name="/interpolation")
        assert status["state"] == "done"
        assert shown["count"] == 3
        spaces.fails = "No GPU was available"
        status = visitor.predict(*inputs(frames=4), api_name="/interpolation")[1]
        assert (status["state"], status["text"]) == ("error", "No GPU was available")
    assert len(spaces.asked) == 2
