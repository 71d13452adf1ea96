"""`rs.table`: every table of the project under one name."""

from research.charts.boards import claims, metric, metrics, scoreboard, series
from research.charts.judgements import bounds, conflicts, verdicts
from research.charts.reviews import marks, quarantine, revisions

__all__ = [
    "bounds",
    "claims",
    "conflicts",
    "marks",
    "metric",
    "metrics",
    "quarantine",
    "revisions",
    "scoreboard",
    "series",
    "verdicts",
]
