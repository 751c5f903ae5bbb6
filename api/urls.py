"""Addresses of the API, of the page about it, and of what stands on other sites."""

from django.urls import include, path

from api import views
from api.dump import serving
from api.embeds import oembed
from api.embeds import views as embeds

urlpatterns = [
    path("api/", views.about, name="api"),
    path("api/dump.json", serving.manifest, name="dump-json"),
    path("api/dumps/<str:dump>/<str:name>", serving.dump_file, name="dump-file"),
    path("api/v1/", include("api.v1")),
    path("embed/projects/<str:domain>/", embeds.wiki_frame, name="embed-wiki"),
    path("embed/projects/<str:domain>/chart.svg", embeds.wiki_svg, name="embed-wiki-svg"),
    path("embed/projects/<str:domain>/chart.png", embeds.wiki_png, name="embed-wiki-png"),
    path("embed/projects/<str:domain>/badge.svg", embeds.wiki_badge, name="embed-wiki-badge"),
    path("embed/alerts/<int:pk>/chart.svg", embeds.alert_svg, name="embed-alert-svg"),
    path("embed/alerts/<int:pk>/chart.png", embeds.alert_png, name="embed-alert-png"),
    path("oembed", oembed.oembed, name="oembed"),
]
