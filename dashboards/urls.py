"""Addresses of the public pages."""

from django.urls import include, path

from dashboards.charts import app as _chart  # noqa: F401 - importing it registers the chart with django-plotly-dash
from dashboards.views import (
    alerts,
    chart_only,
    compare,
    explorer,
    explorer_files,
    language,
    languages,
    methodology,
    month,
    overview,
    search,
    status,
)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("projects/", search.projects, name="projects"),
    path("projects/<str:domain>/", explorer.explorer, name="explorer"),
    path("projects/<str:domain>/counts.csv", explorer_files.explorer_csv, name="explorer-csv"),
    path("projects/<str:domain>/counts.json", explorer_files.explorer_json, name="explorer-json"),
    path("search/", search.suggest, name="search"),
    path("languages/<str:code>/", languages.language_projects, name="language-projects"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts.csv", alerts.alerts_csv, name="alerts-csv"),
    path("alerts.json", alerts.alerts_json, name="alerts-json"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/<int:pk>.json", alerts.alert_json, name="alert-json"),
    path("alerts/<int:pk>/chart/", chart_only.alert_chart, name="alert-chart"),
    path("alerts/<int:pk>/card/", explorer.card, name="alert-card"),
    path("compare/", compare.compare, name="compare"),
    path("months/<str:month>/", month.month, name="month"),
    path("status/", status.status, name="status"),
    path("methodology/", methodology.methodology, name="methodology"),
    path("language/", language.language, name="language"),
    path("i18n/", include("django.conf.urls.i18n")),
]
