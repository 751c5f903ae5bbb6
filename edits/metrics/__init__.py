"""The metrics that we follow: one object each, which carries all that is said of it and done with it.

types     what a metric consists of
registry  the metrics; docs/adding-a-metric.md tells how to add one
"""

from edits.metrics.registry import (
    DEFAULT_METRIC,
    FIRST_PART,
    METRICS,
    PARTS,
    count_models,
    fetched_metrics,
    get_metric,
    metric_choices,
    together,
)
from edits.metrics.types import Breakdown, Definition, Metric, PartOf, Slice, SnapshotFile

__all__ = [
    "DEFAULT_METRIC",
    "FIRST_PART",
    "METRICS",
    "PARTS",
    "Breakdown",
    "Definition",
    "Metric",
    "PartOf",
    "Slice",
    "SnapshotFile",
    "count_models",
    "fetched_metrics",
    "get_metric",
    "metric_choices",
    "together",
]
