"""Official figures of China's campaign against telecom and online fraud, read honestly.

`rs.chart` and `rs.table` are loaded when first used: drawing takes longer to import than the record
takes to answer.
"""

from importlib import import_module
from typing import Any

from research import metrics as metrics
from research.lang import in_words as in_words
from research.lang import say as say
from research.metrics import assume as assume
from research.metrics.board import board as board
from research.metrics.board import claims_about as claims_about
from research.metrics.board import period as period
from research.metrics.compute import compute as compute
from research.metrics.intervals import Interval as Interval
from research.metrics.intervals import printed_interval as printed_interval
from research.record.record import Record as Record
from research.record.record import RecordError as RecordError
from research.record.record import load as load
from research.record.tables import TableError as TableError

_LATER = {
    "bounds": ("research.metrics.bounds", "bounds"),
    "survey": ("research.metrics.bounds", "survey"),
    "revisions": ("research.metrics.revisions", "revisions"),
    "check": ("research.metrics.verdicts", "check"),
    "verdict": ("research.metrics.verdicts", "verdict"),
    "chart": ("research.charts", ""),
    "table": ("research.charts.show", ""),
    "parameters": ("research.reports.parameters", "parameters"),
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'research' has no attribute {name!r}")
    module, attribute = _LATER[name]
    found = import_module(module)
    return getattr(found, attribute) if attribute else found
