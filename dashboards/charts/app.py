"""The chart of the page it stands on. One app for all pages: it reads the page's address, and answers with a figure.

A figure is a plain dictionary (plotly's own classes take three times as long). Colours in it are names of the stylesheet's
custom properties, `--blue`: the browser puts in their values, so that a chart is light or dark as the page is.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Input, Output, State, dcc
from django.http import QueryDict
from django_plotly_dash import DjangoDash

from dashboards.charts import compare, project
from dashboards.charts.callbacks import DRAWING
from dashboards.charts.guard import BadCallback

NAME = "chart"
MAX_ADDRESS = 2_000
Figure = dict[str, Any]
Draw = Callable[[re.Match[str], QueryDict], Figure]

# Which page has which chart.
PAGES: tuple[tuple[re.Pattern[str], Draw], ...] = (
    (re.compile(r"(?:/embed)?/projects/(?P<domain>[^/]{1,100})/"), project.of_page),
    (re.compile(r"/alerts/(?P<pk>[0-9]{1,18})/(?:chart/)?"), project.of_alert),
    (re.compile(r"/compare/"), compare.of_page),
)


# What dash tells browsers of the server's make, for its own developers' tools: versions, and an address to ask for newer ones.
OF_THE_SERVER = {
    "dash_version", "python_version", "dash_version_url", "ddk_version", "plotly_version", "plotly_cloud_installed",
}  # fmt: skip


class OneAtATime(DjangoDash):  # type: ignore[misc]  # django-plotly-dash has no types
    """django-plotly-dash builds the whole app anew for each request, and with it a Flask app, whose routes are compiled by way
    of `ast.parse`. In Python 3.11 two threads that are in there at once can make each other fail with a SystemError.

    Here each thread builds it once: it holds nothing of a reader but, while a page is made, the page that it is put into.
    """

    _building = threading.Lock()
    _of_thread = threading.local()

    def form_dash_instance(self, *which: Any) -> Any:
        built, key = self._of_thread.__dict__, str(which)
        if key not in built:
            with self._building:
                made = super().form_dash_instance(*which)
            whole = made._config
            made._config = lambda: {name: value for name, value in whole().items() if name not in OF_THE_SERVER}
            built[key] = made
        return built[key]


app = OneAtATime(NAME, serve_locally=True)
app.layout = [
    dcc.Location(id="address", refresh=False),
    dcc.Store(id="drawing"),
    dcc.Store(id="theme"),
    dcc.Store(id="chosen"),
    dcc.Store(id="moved"),
    dcc.Graph(
        id="graph",
        responsive=True,
        style={"height": "100%"},
        config={"displayModeBar": False, "displaylogo": False, "doubleClick": False},
    ),
]


def draw(pathname: object, search: object) -> Figure:
    """The figure of the page at `pathname?search`; BadCallback or BadParameter for what is no page with a chart."""
    if not isinstance(pathname, str) or not isinstance(search, str | None):
        raise BadCallback("the address must be text")
    if len(pathname) + len(search or "") > MAX_ADDRESS:
        raise BadCallback("the address is too long")
    for pattern, function in PAGES:
        if found := pattern.fullmatch(pathname):
            return function(found, QueryDict((search or "").removeprefix("?")))
    raise BadCallback("there is no chart on that page")


@app.callback(DRAWING.as_output(), DRAWING.as_inputs())  # type: ignore[untyped-decorator]  # as above
def drawing(*address: object) -> Figure:
    if len(address) != 2:  # as many as the sender wished
        raise BadCallback("the address has two parts")
    return draw(*address)


def _in_browser(function: str) -> ClientsideFunction:
    return ClientsideFunction(namespace="charts", function_name=function)


app.clientside_callback(_in_browser("paint"), Output("graph", "figure"), Input("drawing", "data"), Input("theme", "data"))
app.clientside_callback(
    _in_browser("choose"), Output("chosen", "data"), Input("graph", "clickData"), prevent_initial_call=True
)
app.clientside_callback(
    _in_browser("move"),
    Output("moved", "data"),
    Input("graph", "relayoutData"),
    State("drawing", "data"),
    prevent_initial_call=True,
)
