"""Official figures of China's crackdown on telecom and online fraud, read honestly.

Each name is loaded when first used: `fanzha run` with nothing to do must not wait for Polars, nor
the record for Altair.
"""

from importlib import import_module
from typing import Any

_NAMES = {
    "Interval": "research.metrics.intervals",
    "Record": "research.record.record",
    "RecordError": "research.record.record",
    "TableError": "research.record.tables",
    "assume": "research.metrics.assume:",
    "board": "research.metrics.board",
    "bounds": "research.metrics.bounds",
    "by_economy": "research.metrics.economies",
    "by_place": "research.metrics.places",
    "chart": "research.charts:",
    "check": "research.metrics.verdicts",
    "claims_about": "research.metrics.board",
    "compute": "research.metrics.compute",
    "findings": "research.findings:",
    "in_words": "research.lang",
    "incomparable": "research.metrics.comparable",
    "interrupted": "research.metrics.campaigns",
    "latest": "research.metrics.board",
    "load": "research.record.record",
    "metrics": "research.metrics:",
    "parameters": "research.reports.parameters",
    "period": "research.metrics.board",
    "printed_interval": "research.metrics.intervals",
    "read_bulletin": "research.loaders.bulletin",
    "repeats": "research.metrics.revisions",
    "revisions": "research.metrics.revisions",
    "say": "research.lang",
    "has_bounds": "research.metrics.bounds",
    "survey": "research.metrics.bounds",
    "table": "research.charts.show:",
    "trend": "research.metrics.trends:",
    "verdict": "research.metrics.verdicts",
    "warned": "research.metrics.places",
    "word": "research.lang",
}
"""Public name → where it stands; with a colon, the module itself."""


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'research' has no attribute {name!r}")
    module, whole, _ = _NAMES[name].partition(":")
    found = import_module(module)
    globals()[name] = found if whole else getattr(found, name)
    return globals()[name]


def __dir__() -> list[str]:
    return [*_NAMES]
