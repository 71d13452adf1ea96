"""What a run needs and what comes of it, as bytes: any executor can do it, on any machine.

Light on purpose: a batch with nothing to do must not wait for papermill. Doing it is `execute.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OVERLAID = "overlay"
"""The folder of a run's files that lies over the record as the run sees it."""

Said = tuple[str, int, int]
"""Which run begins which of how many cells."""


_ears: list[Callable[[Said], object]] = []


def listen(ear: Callable[[Said], object]) -> None:
    """Have this process tell how far its run is."""
    _ears[:] = [ear]


def tell(said: Said) -> None:
    """Say how far a run is to whoever listens."""
    for ear in _ears:
        ear(said)


@dataclass(frozen=True)
class Task:
    """All that a run needs. `files` are laid into the folder that the notebook runs in."""

    title: str
    notebook: str
    parameters: Mapping[str, Any]
    code: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    timeout: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a run: notebook and page as text, or why there is no page.

    `lost`: the kernel or its machine went away, so that another try may succeed.
    """

    title: str
    notebook: str = ""
    page: str = ""
    error: str = ""
    lost: bool = False
    seconds: float = 0.0
    cells: tuple[float, ...] = ()


def perform(task: Task) -> Outcome:
    """Execute a notebook with papermill and render its page. The same task gives the same bytes."""
    from research.reports.execute import execute

    return execute(task)
