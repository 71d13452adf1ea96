"""The command line, one module a family of commands. What a command does is in `research`."""

from research.cli import bulletin as bulletin
from research.cli import record as record
from research.cli import runs as runs
from research.cli.common import app as app
