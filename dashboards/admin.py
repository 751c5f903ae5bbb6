"""The chart package brings two tables of its own into the admin: nobody needs them, and its buttons lead nowhere here."""

from django.contrib import admin
from django_plotly_dash.models import DashApp, StatelessApp

admin.site.unregister((DashApp, StatelessApp))
