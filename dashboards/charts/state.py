"""What a chart shows, as it stands in the address. Typed and capped: nothing else reaches a query."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from curation.language import listed
from dashboards import parameters
from edits.metrics import DEFAULT_METRIC, METRICS
from edits.metrics.registry import BY_EDITOR_TYPE
from edits.months import FIRST_MONTH, add_months

RANGES: dict[str, int] = {"1": 12, "3": 36, "10": 120}  # years: months
ALL = "all"
RANGE_LABELS: dict[str, str | Promise] = {
    "1": pgettext_lazy("a range of one year", "1 y"),
    "3": pgettext_lazy("a range of three years", "3 y"),
    "10": pgettext_lazy("a range of ten years", "10 y"),
    ALL: pgettext_lazy("the whole range", "All"),
}
LAYERS: dict[str, str | Promise] = {
    "band": _("Expected range"),
    "notes": _("Notes"),
    "events": _("Events"),
    "mean": _("3-year mean"),
    "zero": _("From zero"),
    "log": _("Log scale"),
    "per30": _("Per 30 days"),
    "years": _("Year over year"),
    "editors": BY_EDITOR_TYPE.label,
}
DEFAULT_LAYERS = frozenset({"band", "notes", "events", "zero"})
PARAMETERS = ("metric", "definition", "range", "from", "to", "show", "alert")
MAX_YEARS = 6
AROUND_ALERT = 30  # months before and after


@dataclass(frozen=True, slots=True)
class ChartState:
    """metric: its name. range: a key of RANGES or `all`, unless `first` or `last` say otherwise. layers: what is drawn.

    alert: the chosen alert's id, 0 for none. definition: the name of the one that is asked for; empty for the one that the
    project's alerts use.
    """

    metric: str = DEFAULT_METRIC
    definition: str = ""
    range: str = "10"
    first: dt.date | None = None
    last: dt.date | None = None
    layers: frozenset[str] = DEFAULT_LAYERS
    alert: int = 0

    @classmethod
    def read(cls, query: QueryDict, *, default_range: str = "10") -> ChartState:
        """The state in a query string; BadParameter says which value means nothing."""
        first, last = parameters.month(query, "from"), parameters.month(query, "to")
        if first and last and first > last:
            backwards = {"range": f"{first:%Y-%m} > {last:%Y-%m}"}
            raise parameters.BadParameter(_("The range ends before it begins: %(range)s.") % backwards)
        shown = [name for name in query.getlist("show")[: 2 * len(LAYERS)] if name]
        for name in shown:
            if name not in LAYERS:
                raise parameters.BadParameter(
                    _("The chart cannot show “%(name)s”: choose from %(allowed)s.")
                    % {"name": name[: parameters.MAX_LENGTH], "allowed": listed(LAYERS)}
                )
        metric = parameters.choice(query, "metric", METRICS, DEFAULT_METRIC)
        return cls(
            metric=metric,
            definition=parameters.choice(query, "definition", [each.name for each in METRICS[metric].definitions]),
            range=parameters.choice(query, "range", [*RANGES, ALL], default_range),
            first=first,
            last=last,
            layers=frozenset(shown) if "show" in query else DEFAULT_LAYERS,
            alert=parameters.whole_number(query, "alert", 0, lowest=0, highest=2**62),
        )

    @classmethod
    def around(cls, metric: str, month: dt.date, alert: int) -> ChartState:
        """The years around an alert."""
        first, last = add_months(month, -AROUND_ALERT), add_months(month, AROUND_ALERT)
        return cls(metric=metric, first=max(first, FIRST_MONTH), last=last, alert=alert)

    def window(self, stored: tuple[dt.date, dt.date]) -> tuple[dt.date, dt.date]:
        """The months to show, within those that are stored (first and last). None of them lies in a range that ends before it
        begins: nothing is stored of the months that were asked for."""
        first, last = stored
        if self.first or self.last:
            return max(self.first or first, first), min(self.last or last, last)
        if self.range == ALL:
            return stored
        return max(first, add_months(last, 1 - RANGES[self.range])), last

    def query(self, **changes: Any) -> str:
        """As a query string with `changes`, defaults left out: `?metric=active_editors`, or an empty string."""
        changed = replace(self, **changes)
        names: dict[str, Literal["from", "to"]] = {"first": "from", "last": "to"}
        pairs: list[tuple[str, str]] = []
        for field in fields(self):
            value = getattr(changed, field.name)
            if value == field.default:
                continue
            if field.name == "layers":
                pairs += [("show", name) for name in LAYERS if name in value] or [("show", "")]
            else:
                shown = f"{value:%Y-%m}" if isinstance(value, dt.date) else str(value)
                pairs.append((names.get(field.name, field.name), shown))
        return f"?{urlencode(pairs)}" if pairs else ""
