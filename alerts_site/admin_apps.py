"""Puts the work surface in the place of Django's plain admin site."""

from django.contrib.admin.apps import AdminConfig


class CurationAdminConfig(AdminConfig):
    default_site = "alerts_site.admin_site.CurationSite"
