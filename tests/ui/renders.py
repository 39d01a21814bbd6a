"""Renders as the page begins them, for the tests that need a run or the job that fills it."""

from __future__ import annotations

from explorer.engine.engine import Engine
from explorer.experiments.base import Experiment
from explorer.outputs.runs import Run, Runs
from explorer.ui.asked import Asked
from explorer.ui.jobs import Job
from explorer.ui.news import Film, Status
from explorer.ui.rendering import render_of


def job_of(
    experiment: Experiment, engine: Engine, runs: Runs, seconds: float | None = None
) -> Job[tuple[Film, Status]]:
    """The job that renders an experiment, resolved or not, into a run of its own."""
    resolved = experiment.resolved(engine.networks.defaults)
    return render_of(Asked(resolved, resolved.plan(engine)), engine, runs, seconds)


def run_of(experiment: Experiment, engine: Engine, runs: Runs) -> Run:
    """A finished run of an experiment."""
    job = job_of(experiment, engine, runs)
    list(job)
    return job.sink.run
