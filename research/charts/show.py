"""`rs.table`: every table of the project under one name."""

from research.charts.boards import claims, figures, metric, metrics, scoreboard, series
from research.charts.compared import economies, incomparable, listed, places, sides, warned
from research.charts.disputes import conflicts
from research.charts.judgements import bounds
from research.charts.reviews import marks, quarantine, repeats, revisions, singles
from research.charts.verdicts import verdicts

__all__ = [
    "bounds",
    "claims",
    "conflicts",
    "economies",
    "figures",
    "incomparable",
    "listed",
    "marks",
    "metric",
    "metrics",
    "places",
    "quarantine",
    "repeats",
    "revisions",
    "scoreboard",
    "series",
    "sides",
    "singles",
    "verdicts",
    "warned",
]
