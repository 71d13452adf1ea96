"""`rs.table`: every table of the project under one name."""

from research.charts.boards import claims, metric, metrics, scoreboard, series
from research.charts.disputes import conflicts
from research.charts.judgements import bounds
from research.charts.reviews import marks, quarantine, repeats, revisions, singles
from research.charts.verdicts import verdicts

__all__ = [
    "bounds",
    "claims",
    "conflicts",
    "marks",
    "metric",
    "metrics",
    "quarantine",
    "repeats",
    "revisions",
    "scoreboard",
    "series",
    "singles",
    "verdicts",
]
