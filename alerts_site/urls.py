"""Where each address leads."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from alerts_site.public_files import favicon, robots
from alerts_site.views import ChangePassword, SignIn
from operations.health import healthz, readyz
from operations.prometheus import metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("robots.txt", robots, name="robots"),
    path("favicon.ico", favicon, name="favicon"),
    path("admin/", admin.site.urls),
    path("accounts/wikimedia/", include("social_django.urls", namespace="social")),
    path("accounts/login/", SignIn.as_view(), name="login"),
    path("accounts/password/", ChangePassword.as_view(), name="own-password"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("dash/", include("dashboards.charts.urls")),
    path("", include("api.urls")),
    path("", include("annotations.urls")),
    path("", include("subscriptions.urls")),
    path("", include("dashboards.urls")),
]

handler400 = "alerts_site.errors.bad_request"
handler403 = "alerts_site.errors.permission_denied"
handler404 = "alerts_site.errors.page_not_found"
handler500 = "alerts_site.errors.server_error"
