"""A small checkout whose notebook needs nothing of ours."""

from __future__ import annotations

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from research.reports.run import Project

QUESTION = {"zh": "多少？", "en": "How many?"}
SMALL = [
    new_code_cell('lang = "zh"\nend = None\ngeo = "CN"', metadata={"tags": ["parameters"]}),
    new_markdown_cell("# 小板", metadata={"tags": ["zh"]}),
    new_markdown_cell("# A small board", metadata={"tags": ["en"]}),
    new_code_cell('print("end", end, "geo", geo)'),
    new_code_cell('if geo == "110000":\n    raise ValueError("no board\\nfor Beijing")'),
    new_code_cell(
        'if geo == "120000":\n    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)'
    ),
    new_code_cell('if geo == "130000":\n    import time\n    time.sleep(60)'),
]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A checkout with one small board."""
    root = tmp_path_factory.mktemp("checkout")
    (root / "notebooks").mkdir()
    metadata = {"language_info": {"name": "python"}, "fanzha": {"question": QUESTION}}
    small = new_notebook(cells=SMALL, metadata=metadata)
    nbformat.write(small, root / "notebooks" / "scoreboard.ipynb")
    return Project(root)
