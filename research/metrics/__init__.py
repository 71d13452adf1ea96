"""The metric catalogue. Printing this module lists it; `rs.metrics["per_day"]` shows one metric."""

import sys
from types import ModuleType

from research.metrics.catalogue import CATALOGUE as CATALOGUE
from research.metrics.catalogue import Metric as Metric
from research.metrics.catalogue import listing
from research.metrics.catalogue import metric as metric
from research.metrics.compute import find


class _Catalogue(ModuleType):
    """A module that shows and finds metrics, so that `rs.metrics` needs no other name."""

    def __repr__(self) -> str:
        return "\n".join(listing())

    def __getitem__(self, name: str) -> Metric:
        return find(name)


sys.modules[__name__].__class__ = _Catalogue
