"""Of all addresses that the chart package brings, those that a page with a chart asks for.

The others show a chart alone, keep charts in the database, or write a row for whoever asks (`add_stateless_apps`).
"""

from django_plotly_dash.urls import app_name as app_name
from django_plotly_dash.urls import urlpatterns as of_the_package

from dashboards.charts.guard import ROUTES

ROOT = "app-main"  # the package makes addresses from it; asked for by itself it is 404, by the guard

urlpatterns = [pattern for pattern in of_the_package if pattern.name in {*ROUTES, ROOT}]
