"""Charts made for windows and intervals. Importing this turns the theme on (see `theme.py`)."""

from research.charts import theme as theme
from research.charts.bands import bounds as bounds
from research.charts.dots import ranked as ranked
from research.charts.panels import economies as economies
from research.charts.panels import lane as lane
from research.charts.reviews import density as density
from research.charts.rows import coverage as coverage
from research.charts.rows import moves as moves
from research.charts.tiles import per_inhabitants as per_inhabitants
from research.charts.tiles import tiles as tiles
from research.charts.timeline import around as around
from research.charts.timeline import timeline as timeline
from research.charts.windows import changes as changes
from research.charts.windows import metric as metric
from research.charts.windows import series_name as series_name
from research.charts.windows import windows as windows
