"""What a report finds, in sentences computed from the numbers: `rs.findings`.

One function a notebook; each gives `Findings` that show themselves, linked to what shows them.
"""

from research.findings.boards import lane as lane
from research.findings.boards import scoreboard as scoreboard
from research.findings.economies import comparators as comparators
from research.findings.operations import operations as operations
from research.findings.places import regions as regions
from research.findings.reviews import check as check
from research.findings.reviews import quality as quality
from research.findings.series import trend as trend
