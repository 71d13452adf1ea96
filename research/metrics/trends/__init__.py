"""Trend statistics that know what the numbers can bear: `rs.trend`."""

from research.metrics.trends.change_points import ChangePoints as ChangePoints
from research.metrics.trends.change_points import change_points as change_points
from research.metrics.trends.change_points import pettitt as pettitt
from research.metrics.trends.changes import declines as declines
from research.metrics.trends.changes import growth as growth
from research.metrics.trends.changes import index as index
from research.metrics.trends.changes import year_on_year as year_on_year
from research.metrics.trends.interrupted import Interrupted as Interrupted
from research.metrics.trends.interrupted import interrupted as interrupted
from research.metrics.trends.kendall import mann_kendall as mann_kendall
from research.metrics.trends.telling import Refusal as Refusal
