"""Addresses of annotations."""

from django.urls import path

from annotations import event_views, views

urlpatterns = [
    path("alerts/<int:pk>/annotations/", views.annotation_create, name="annotation-create"),
    path("alerts/<int:pk>/label/", views.label, name="alert-label"),
    path("annotations/<int:pk>/edit/", views.annotation_edit, name="annotation-edit"),
    path("annotations/<int:pk>/report/", views.annotation_report, name="annotation-report"),
    path("events/propose/", event_views.propose, name="event-propose"),
    path("events/<int:pk>/report/", event_views.report, name="event-report"),
    path("alerts/<int:pk>/events/<int:event_pk>/", event_views.take, name="event-take"),
    path("contributions/", views.contributions, name="contributions"),
]
