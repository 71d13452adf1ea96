"""Whatever happens to a batch: finished reports are whole, every failure is named with its cause,
the exit status tells, and the next call does the rest."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.stress.conftest import add, run, start, whole

ALL = [f"{n:02}" for n in range(12)]


def processes(marker: str) -> list[str]:
    """Command lines of this machine's processes that name something."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in lines.splitlines() if marker in line]


def test_failures_of_every_kind_are_named_and_stop_nothing(checkout: Path) -> None:
    for name, geo in {"raises": "110000", "killed": "120000", "hangs": "130000"}.items():
        add(checkout, name, geo)
    (checkout / "params" / "scoreboard" / "garbled.yaml").write_text("[", encoding="utf-8")
    status, said = run(checkout, "--timeout", "5", "--retries", "1")
    assert status == 1
    assert whole(checkout / "reports") == ALL
    for line in (
        r"failed +scoreboard/raises +cell 3: ValueError: no board for Beijing",
        r"failed +scoreboard/killed +the kernel died.*",
        r"failed +scoreboard/hangs +a cell ran longer than 5 s and was stopped",
        r"failed +scoreboard/garbled +params/scoreboard/garbled\.yaml: not readable.*",
        r"12 of 16 reports → reports/index\.html",
    ):
        assert re.search(line, said), (line, said)
    index = (checkout / "reports" / "index.html").read_text(encoding="utf-8")
    assert "no board for Beijing" in index
    again, rest = run(checkout, "--timeout", "5")
    assert again == 1
    assert "12 of them unchanged" in rest


@pytest.mark.parametrize("seed", range(3))
def test_an_interrupt_at_any_moment_leaves_whole_reports_and_the_rest_follows(
    checkout: Path, seed: int
) -> None:
    process = start(checkout)
    time.sleep(random.Random(seed).uniform(1, 9))
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode in (0, 130), said
    assert "Traceback" not in said
    done = whole(checkout / "reports")
    status, rest = run(checkout)
    assert status == 0
    assert whole(checkout / "reports") == ALL
    if done:
        assert f"{len(done)} of them unchanged" in rest


def test_a_worker_that_is_killed_costs_no_report(checkout: Path) -> None:
    process = start(checkout)
    for _ in range(200):
        time.sleep(0.1)
        children = subprocess.run(
            ["pgrep", "-s", str(process.pid)], capture_output=True, text=True, check=False
        )
        if whole(checkout / "reports") and len(children.stdout.split()) > 3:
            break
    # The youngest of the batch's own session is a worker: kernels have sessions of their own.
    os.kill(int(children.stdout.split()[-1]), signal.SIGKILL)
    said, _ = process.communicate(timeout=200)
    assert (process.returncode, whole(checkout / "reports")) == (0, ALL), said


def test_two_batches_over_one_folder_do_each_other_no_harm(checkout: Path) -> None:
    both = [start(checkout), start(checkout)]
    said = [process.communicate(timeout=240)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert whole(checkout / "reports") == ALL
    assert "12 of them unchanged" in run(checkout)[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_ends_runs_and_not_the_batch(checkout: Path) -> None:
    folder = checkout / "reports"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], check=True)
    try:
        status, said = run(checkout)
        assert status == 1
        assert "No space left on device" in said
        assert "Traceback" not in said
        done = whole(folder)
        assert 0 < len(done) < len(ALL)
        kept = shutil.copytree(folder, checkout / "kept")
    finally:
        subprocess.run(["umount", str(folder)], check=True)
    status, rest = run(checkout, "--reports", str(kept))
    assert status == 0
    assert f"{len(done)} of them unchanged" in rest
    assert whole(kept) == ALL


def test_nothing_is_left_running_after_a_batch(checkout: Path) -> None:
    assert run(checkout)[0] == 0
    time.sleep(1)
    assert processes(str(checkout)) == []
