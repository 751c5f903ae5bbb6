"""The detectors by name. Adding one is a file that ends with a `Detector`, and its place in the tuple below."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.detection import ears_c2, expected_band, farrington_flexible, rolling_mean
from alerts.detection.detector import Detector
from alerts.detection.types import ParameterError

DETECTORS: Mapping[str, Detector] = {
    detector.name: detector
    for detector in (expected_band.DETECTOR, farrington_flexible.DETECTOR, ears_c2.DETECTOR, rolling_mean.DETECTOR)
}
DEFAULT_DETECTOR = expected_band.DETECTOR.name


def get(name: str) -> Detector:
    """The detector called `name`; ParameterError that lists the known names otherwise."""
    try:
        return DETECTORS[name]
    except KeyError:
        raise ParameterError(f"there is no detector {name!r}; known: {', '.join(DETECTORS)}") from None
