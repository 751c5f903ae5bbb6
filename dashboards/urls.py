"""Addresses of the public pages."""

from django.contrib.sitemaps import views as sitemap_views
from django.urls import path
from django.views.decorators.cache import cache_control

from dashboards.charts import app as _chart  # noqa: F401 - importing it registers the chart with django-plotly-dash
from dashboards.sitemaps import SITEMAPS
from dashboards.views import (
    alerts,
    chart_only,
    compare,
    events,
    explorer,
    explorer_files,
    feeds,
    groups,
    home,
    language,
    languages,
    methodology,
    month,
    overview,
    quality,
    report,
    search,
    status,
    suggestions,
)
from dashboards.views.pages import document

for_crawlers = cache_control(public=True, max_age=3600)
SECTION = "sitemap-section"

urlpatterns = [
    path(
        "sitemap.xml",
        document()(for_crawlers(sitemap_views.index)),
        {"sitemaps": SITEMAPS, "sitemap_url_name": SECTION},
        name="sitemap",
    ),
    path(
        "sitemap-<slug:section>.xml",
        document("p")(for_crawlers(sitemap_views.sitemap)),
        {"sitemaps": SITEMAPS},
        name=SECTION,
    ),
    path("", overview.overview, name="overview"),
    path("projects/", search.projects, name="projects"),
    path("projects/<str:domain>/", explorer.explorer, name="explorer"),
    path("projects/<str:domain>/counts.csv", explorer_files.explorer_csv, name="explorer-csv"),
    path("projects/<str:domain>/counts.json", explorer_files.explorer_json, name="explorer-json"),
    path("search/", search.suggest, name="search"),
    path("groups/", groups.groups, name="groups"),
    path("groups/<slug:slug>/", groups.group, name="group"),
    path("home/", home.home, name="home"),
    path("languages/", languages.all_languages, name="languages"),
    path("languages/<path:code>/", languages.language_projects, name="language-projects"),
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts.csv", alerts.alerts_csv, name="alerts-csv"),
    path("alerts.json", alerts.alerts_json, name="alerts-json"),
    path("alerts.atom", feeds.alerts_feed, {"form": "atom"}, name="alerts-atom"),
    path("alerts.feed.json", feeds.alerts_feed, {"form": "json"}, name="alerts-feed"),
    path("alerts.ics", feeds.alerts_feed, {"form": "ics"}, name="alerts-ics"),
    path("feeds/<str:token>.<str:form>", feeds.personal_feed, name="personal-feed"),
    path("alerts/<int:pk>/", alerts.alert, name="alert"),
    path("alerts/<int:pk>.json", alerts.alert_json, name="alert-json"),
    path("alerts/<int:pk>/accept/", suggestions.accept, name="suggestion-accept"),
    path("alerts/<int:pk>/ask/", suggestions.ask, name="case-file-ask"),
    path("alerts/<int:pk>/chart/", chart_only.alert_chart, name="alert-chart"),
    path("alerts/<int:pk>/card/", explorer.card, name="alert-card"),
    path("events/", events.events, name="events"),
    path("events.ics", events.events_ical, name="events-ical"),
    path("events/<int:pk>/", events.event, name="event"),
    path("events/<int:pk>.ics", events.event_ical, name="event-ical"),
    path("compare/", compare.compare, name="compare"),
    path("compare.csv", compare.compare_csv, name="compare-csv"),
    path("months/<str:month>/", month.month, name="month"),
    path("months/<str:month>/report/", report.month_report, name="month-report"),
    path("months/<str:month>/report.json", report.month_report_json, name="month-report-json"),
    path("status/", status.status, name="status"),
    path("quality/", quality.quality, name="quality"),
    path("methodology/", methodology.methodology, name="methodology"),
    path("language/", language.language, name="language"),
    path("language/choose/", language.choose_language, name="choose-language"),
]
