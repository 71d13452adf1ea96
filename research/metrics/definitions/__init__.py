"""The metric catalogue: one short function a metric and its caveat, one module a lane.

Every formula is linear-fractional in each input, so that its interval is exact (`intervals.hull`).
`x.level`, `x.year_before`, `x.change` belong to whatever indicator is asked for; `x.days` and
`x.population` to the window and the place. A Chinese line of a docstring is its Chinese caveat.
"""

# Importing them fills the catalogue, in the order of the lanes.
# isort: off
from research.metrics.definitions import any_indicator as any_indicator
from research.metrics.definitions import enforcement as enforcement
from research.metrics.definitions import source_control as source_control
from research.metrics.definitions import warning as warning
from research.metrics.definitions import interception as interception
from research.metrics.definitions import funds as funds
from research.metrics.definitions import cards as cards
from research.metrics.definitions import fixed_line as fixed_line
from research.metrics.definitions import accountability as accountability
from research.metrics.definitions import publicity as publicity
from research.metrics.definitions import judiciary as judiciary
