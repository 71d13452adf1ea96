"""A batch on a real Dask scheduler with two workers: bytes go out, bytes come back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from tests.stress.conftest import add, run, start, whole

ALL = [f"{n:02}" for n in range(12)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    """A scheduler and two workers, each a process, in a folder that no run knows of."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path / "workers"),
    ) as found:
        yield found


def test_a_batch_on_a_cluster_gives_the_bytes_of_a_local_one(
    checkout: Path, cluster: LocalCluster
) -> None:
    add(checkout, "raises", "110000")
    status, said = run(checkout, "--dask", cluster.scheduler_address, "--reports", "far")
    assert (status, whole(checkout / "far")) == (1, ALL), said
    assert "cell 3: ValueError: no board for Beijing" in said
    assert "12 of 13 reports" in said
    assert run(checkout, "--reports", "near")[0] == 1
    for name in ALL:
        for ending in ("html", "ipynb", "json"):
            file = f"scoreboard/{name}.{ending}"
            assert (checkout / "far" / file).read_bytes() == (checkout / "near" / file).read_bytes()


def test_a_lost_worker_costs_no_report(checkout: Path, cluster: LocalCluster) -> None:
    process = start(checkout, "--dask", cluster.scheduler_address)
    for _ in range(400):
        time.sleep(0.1)
        if (checkout / "reports").exists() and whole(checkout / "reports"):
            break
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    said, _ = process.communicate(timeout=200)
    assert (process.returncode, whole(checkout / "reports")) == (0, ALL), said


def test_an_address_where_nobody_answers_is_one_line(checkout: Path) -> None:
    ended = threading.Timer(60, lambda: os.kill(os.getpid(), signal.SIGALRM))
    ended.start()
    status, said = run(checkout, "--dask", "tcp://127.0.0.1:9")
    ended.cancel()
    assert status == 2
    assert "tcp://127.0.0.1:9" in said
    assert "Traceback" not in said
