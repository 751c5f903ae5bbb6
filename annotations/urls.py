"""Addresses of annotations."""

from django.urls import path

from annotations import views

urlpatterns = [
    path("alerts/<int:pk>/annotations/", views.annotation_create, name="annotation-create"),
    path("alerts/<int:pk>/label/", views.label, name="alert-label"),
    path("annotations/<int:pk>/edit/", views.annotation_change, name="annotation-edit"),
    path("annotations/<int:pk>/report/", views.annotation_complain, name="annotation-report"),
    path("contributions/", views.contributions, name="contributions"),
]
