"""The metric catalogue. Printing this module lists it; `rs.metrics["per_day"]` shows one metric."""

import sys
from types import ModuleType

from research.metrics.catalogue import CATALOGUE as CATALOGUE
from research.metrics.catalogue import Metric as Metric
from research.metrics.catalogue import metric as metric
from research.metrics.compute import find
from research.metrics.units import DimensionError as DimensionError


class _Catalogue(ModuleType):
    """A module that shows and finds metrics, so that `rs.metrics` needs no other name."""

    def __repr__(self) -> str:
        from research.metrics.display import catalogue_text

        return catalogue_text()

    def _repr_html_(self) -> str:
        from research.metrics.display import catalogue_html

        return catalogue_html()

    def __getitem__(self, name: str) -> Metric:
        return find(name)


sys.modules[__name__].__class__ = _Catalogue
