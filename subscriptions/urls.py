"""Addresses of what people follow."""

from django.urls import path

from subscriptions import group_views, views

urlpatterns = [
    path("following/", views.following, name="following"),
    path("following/add/", views.follow, name="follow"),
    path("following/<int:pk>/stop/", views.stop, name="follow-stop"),
    path("following/<int:pk>/mute/", views.mute, name="follow-mute"),
    path("following/preferences/", views.preferences, name="following-preferences"),
    path("following/feed/renew/", views.feed_renew, name="feed-renew"),
    path("following/forget/", views.forget, name="following-forget"),
    path("following/addresses/", views.address_add, name="address-add"),
    path("following/addresses/<int:pk>/remove/", views.address_remove, name="address-remove"),
    path("following/addresses/<int:pk>/resume/", views.address_resume, name="address-resume"),
    path("following/groups/", group_views.make, name="group-make"),
    path("following/groups/<slug:slug>/", group_views.make, name="group-change"),
    path("following/groups/<slug:slug>/remove/", group_views.remove, name="group-remove"),
    path("u/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("confirm/<str:token>/", views.address_confirm, name="address-confirm"),
]
