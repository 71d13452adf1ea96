"""Every link of the README leads somewhere, and every name in it exists."""

from __future__ import annotations

import re
from pathlib import Path

import research as rs
from research.metrics.catalogue import CATALOGUE
from research.metrics.compute import find

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) > 40
    lost = [link for link in links if not link.startswith("http") and not (ROOT / link).exists()]
    assert lost == []


def test_every_metric_of_the_table_of_systems_is_in_the_catalogue() -> None:
    find("per_day")
    rows = [line.split("|") for line in TEXT.splitlines() if line.count("](params/") >= 1]
    named = [name for row in rows if len(row) > 4 for name in re.findall(r"`(\w+)`", row[3])]
    assert len(named) > 20
    assert [name for name in named if name not in CATALOGUE] == []


def test_every_public_name_exists() -> None:
    names = set(re.findall(r"\brs\.(\w+)", TEXT))
    assert len(names) > 12
    assert [name for name in names if not hasattr(rs, name)] == []
