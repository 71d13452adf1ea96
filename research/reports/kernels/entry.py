"""Where papermill finds the engine `fanzha`. It is imported when it is first used: papermill looks
here while it is itself being imported, perhaps by the engine.
"""

from __future__ import annotations

from typing import Any


class _Engine:
    def __getattr__(self, name: str) -> Any:
        from research.reports.kernels.engine import ForkEngine

        return getattr(ForkEngine, name)


engine = _Engine()
