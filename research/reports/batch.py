"""Many runs at once: skip what is unchanged, do the rest through an executor, keep what is done.

One failing run does not stop the others, and every failure is named. Any `concurrent.futures`
executor will do: local processes, or a Dask cluster.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from research.reports import inputs
from research.reports.inputs import TABLES, Inputs, digest
from research.reports.run import ParameterError, Project, Run, defaults_of, parameters_of
from research.reports.shelf import Shelf
from research.reports.task import OVERLAID, Outcome, Said, Task, listen, perform

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue

    from research.record.record import Record

MANIFEST = "ro-crate-metadata.json"
WINDOW = 32
"""Runs handed to an executor at a time: enough for any number of workers to stay busy, and few
enough that finished reports do not pile up in memory."""


@dataclass(frozen=True)
class Result:
    """What came of a run: `done`, `unchanged`, `failed` (and why), or `skipped` after a failure."""

    run: Run
    status: str
    error: str = ""
    seconds: float = 0.0
    cells: tuple[float, ...] = ()
    report: Path | None = None


@dataclass(frozen=True)
class Job:
    """A run that must be done, and how often it was tried."""

    run: Run
    task: Task
    inputs: Inputs
    tries: int = 0


class Batch:
    """Runs of one project over one folder of reports, with one record.

    `load` gives the record; it is called only where a run cannot be skipped at a glance. `folders`
    hold its tables: the official ones, and what lies over them.
    """

    def __init__(
        self,
        project: Project,
        shelf: Shelf,
        load: Callable[[], Record],
        folders: Iterable[Path] = (TABLES,),
    ) -> None:
        self.project, self.shelf, self.record = project, shelf, cache(load)
        self.code, self.libraries = inputs.code(), inputs.libraries()
        self.tables = inputs.tables(folders)
        _, *over = folders
        self._over = {f"{OVERLAID}/{p.name}": p for f in over for p in sorted(f.glob("*.*"))}
        self._notebook = cache(project.notebook)

    def inputs(self, run: Run, *, rows: bool = True) -> Inputs:
        """What a run depends on; without `rows` the record's files stand for what it can reach.

        Raises `ParameterError` where its parameters cannot be read.
        """
        values = parameters_of(run)
        source = digest(self._notebook(run.notebook, run.origin).encode())
        files = {name: digest(data) for name, data in self._files(run, values).items()}
        code = inputs.reachable(self.code, run.notebook)
        found = Inputs(source, values, code, self.libraries, files, tables=self.tables)
        return replace(found, record=self._reached(run, values)) if rows else found

    def _files(self, run: Run, values: Mapping[str, Any]) -> dict[str, bytes]:
        """The files that parameters name, by their names. Raises `ParameterError`."""
        found = {}
        for key in inputs.FILES.get(run.notebook, ()):
            if name := values.get(key):
                try:
                    found[str(name)] = (self.project.root / str(name)).read_bytes()
                except OSError as problem:
                    said = f"{run.origin}: {key}: {name} cannot be read: {problem.strerror}"
                    raise ParameterError(said) from problem
        return found

    def _reached(self, run: Run, values: Mapping[str, Any]) -> Mapping[str, str]:
        return inputs.reached(self.record(), run.notebook, values)

    def unchanged(self, run: Run) -> bool:
        """Whether its report stands on the shelf, whole, and made from the same inputs."""
        card = self.shelf.card(run.title)
        if card is None:
            return False
        now, then = self.inputs(run, rows=False), card["inputs"]
        differs = set(now.differs(then)) - {"record"}
        if differs == {"tables"}:
            now = replace(now, record=self._reached(run, now.parameters))
            if now.record == then["record"]:
                self.shelf.note(run, now, card)
                return True
        return not differs

    def why(self, run: Run) -> list[str]:
        """In words, what has changed since a report was made; nothing if it would be skipped."""
        card = self.shelf.card(run.title)
        if card is None:
            return ["there is no report of it, or not a whole one"]
        return self.inputs(run).changes(card["inputs"])

    def checked(self, run: Run) -> dict[str, Any]:
        """The parameters of a run. Raises `ParameterError` for one that its notebook does not take.

        What is not given is as the notebook has it.
        """
        from research.reports.parameters import parameters

        values = parameters_of(run)
        defaults = defaults_of(self._notebook(run.notebook, run.origin))
        parameters(run.notebook, self.record(), {**defaults, **values}, run.origin)
        return values

    def job(self, run: Run, timeout: float | None = None) -> Job:
        """A run made ready. Raises `ParameterError`."""
        values, notebook = self.checked(run), self._notebook(run.notebook, run.origin)
        over = {name: path.read_bytes() for name, path in self._over.items()}
        files = over | {n: d for n, d in self._files(run, values).items() if not _outside(n)}
        needed = Task(run.title, notebook, values, self.code, files, timeout)
        return Job(run, needed, self.inputs(run))

    def run(
        self,
        runs: Iterable[Run],
        executors: Callable[[], Executor],
        *,
        force: bool = False,
        fail_fast: bool = False,
        retries: int = 1,
        timeout: float | None = None,
    ) -> Iterator[Result]:
        """Do what must be done and yield each result as it comes; the index is written at the end.

        `executors` makes an executor, and a new one where it broke. `retries`: how often a run is
        tried again whose kernel or worker died. `timeout`: seconds that a cell may take.
        """
        jobs: deque[Job] = deque()
        seconds: dict[str, Mapping[str, Any]] = {}
        try:
            for run in runs:
                try:
                    if not force and self.unchanged(run):
                        yield Result(run, "unchanged", report=self.shelf.path(run.title, ".html"))
                        continue
                    jobs.append(self.job(run, timeout))
                except ParameterError as error:
                    self.shelf.put_failure(run, str(error), _readable(run))
                    yield Result(run, "failed", str(error))
                    if fail_fast:
                        return
            for job, outcome in performed(jobs, executors, retries):
                result = self._kept(job, outcome)
                if not result.error:
                    seconds[job.run.title] = {"seconds": outcome.seconds, "cells": outcome.cells}
                yield result
                if fail_fast and result.error:
                    yield from (Result(job.run, "skipped") for job in jobs)
                    jobs.clear()
        finally:
            self._closed(seconds)

    def _closed(self, seconds: Mapping[str, Mapping[str, Any]]) -> None:
        """What is written once a batch: the index, the manifest, and how long runs took.

        Raises `OSError` where the disk is full; reports are whole all the same.
        """
        self.shelf.write_index(self.project)
        if seconds or not self.shelf.path(MANIFEST, "").is_file():
            from research.reports.manifest import write_manifest, write_timings

            write_manifest(self.shelf)
            write_timings(self.shelf, seconds)

    def _kept(self, job: Job, outcome: Outcome) -> Result:
        """Put an outcome on the shelf; what cannot be written ends this run alone."""
        result = Result(job.run, "failed", seconds=outcome.seconds, cells=outcome.cells)
        try:
            if outcome.error:
                given = (outcome.error, job.task.parameters, outcome.notebook)
                self.shelf.put_failure(job.run, *given)
                return replace(result, error=outcome.error)
            page = self.shelf.put(job.run, outcome.notebook, outcome.page, job.inputs)
            return replace(result, status="done", report=page)
        except OSError as problem:
            return replace(result, error=f"cannot be written: {problem}")


def _outside(name: str) -> bool:
    """Whether a file stands outside of the project: a run reads it where it is."""
    return Path(name).is_absolute() or ".." in Path(name).parts


def _readable(run: Run) -> dict[str, Any]:
    """The parameters of a run as far as they can be read."""
    try:
        return parameters_of(run)
    except ParameterError:
        return dict(run.parameters)


def performed(
    jobs: deque[Job], executors: Callable[[], Executor], retries: int
) -> Iterator[tuple[Job, Outcome]]:
    """Outcomes as they come, a window of jobs at a time; what was lost is tried again.

    A worker that dies takes all jobs in flight with it, and nobody knows which one killed it: they
    are then tried one by one, so that only the culprit is charged.
    """
    suspects: deque[Job] = deque()
    waiting: dict[Future[Outcome], Job] = {}
    with _interrupts() as interrupted:
        executor = executors() if jobs else None
        try:
            while executor is not None and (jobs or suspects or waiting):
                while (queue := suspects or jobs) and len(waiting) < (1 if suspects else WINDOW):
                    job = queue.popleft()
                    waiting[executor.submit(perform, job.task)] = job
                alone, broken = len(waiting) == 1, False
                for future in wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED).done:
                    job, outcome = waiting.pop(future), _outcome(future)
                    broken |= (fell := isinstance(future.exception(), BrokenExecutor))
                    if fell and not alone:
                        suspects.append(job)
                    elif outcome.lost and job.tries < retries:
                        suspects.append(replace(job, tries=job.tries + 1))
                    else:
                        yield job, outcome
                if interrupted():
                    raise KeyboardInterrupt
                if broken:
                    suspects.extend(waiting.values())
                    _stop(executor, waiting)
                    executor = executors()
        finally:
            if executor is not None:
                _stop(executor, waiting)


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed. It is noted and acted on between two steps, so that it meets
    neither a file half-written nor a worker half-started."""
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield noted.is_set
        return
    before = signal.signal(signal.SIGINT, lambda *_: noted.set())
    try:
        yield noted.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _outcome(future: Future[Outcome]) -> Outcome:
    """What a job gave; a worker that died, or a bug of ours, is a cause like any other."""
    problem = future.exception()
    if problem is None:
        return future.result()
    said = f"{type(problem).__name__}: {shorten(' '.join(str(problem).split()), 300)}"
    return Outcome("", error=said, lost=isinstance(problem, BrokenExecutor))


def _stop(executor: Executor, waiting: dict[Future[Outcome], Job]) -> None:
    """End an executor: at once where runs are still waiting, which nobody will read."""
    if waiting and isinstance(executor, Workers):
        executor.kill()
        executor.shutdown()
    else:
        for future in waiting:
            future.cancel()
        executor.shutdown(wait=not waiting)
    waiting.clear()


class Workers(ProcessPoolExecutor):
    """Local processes, forked from a server that has imported all that a run needs.

    Where the system has no such server they are started fresh. A process that has used Polars is
    never forked. `heard` is told which run has begun which of how many cells.
    """

    def __init__(self, jobs: int, heard: Callable[[Said], object] | None = None) -> None:
        from research.reports.kernels.forked import prepare

        self._others = set(multiprocessing.active_children())
        prepare()  # one parent of kernels for all workers, warm by the time that they are
        methods = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        context.set_forkserver_preload(["research.reports.execute"])
        said = context.SimpleQueue()
        # Theirs, not each one's own: a process that is killed clears nothing away.
        self._scratch = tempfile.TemporaryDirectory(prefix="fanzha-", ignore_cleanup_errors=True)
        given = (said, self._scratch.name)
        super().__init__(jobs, mp_context=context, initializer=_begin, initargs=given)
        if heard:
            threading.Thread(target=_listen, args=(said, heard), daemon=True).start()

    def kill(self) -> None:
        """End the processes now, whatever they do."""
        for process in set(multiprocessing.active_children()) - self._others:
            process.terminate()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, and clear away what any of them has left lying."""
        super().shutdown(wait, cancel_futures=cancel_futures)
        self._scratch.cleanup()


def _begin(said: SimpleQueue[Said], scratch: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    tempfile.tempdir = scratch
    listen(said.put)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker that came to life as its parent was interrupted is known to nobody."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _listen(said: SimpleQueue[Said], heard: Callable[[Said], object]) -> None:
    while True:
        heard(said.get())


def cluster(address: str) -> Executor:
    """The workers of a Dask scheduler: bytes go out, bytes come back, no folder is shared.

    Each worker must have one thread, as a run changes the folder that its process stands in.
    Raises `ConnectionError`.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=20, set_as_default=False)
    except OSError as problem:
        raise ConnectionError(f"no Dask scheduler answers at {address}: {problem}") from problem
    executor: Executor = client.get_executor(pure=False)
    return executor
