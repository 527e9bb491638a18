"""Mounts the apps' faces; pages meet by URL name."""

from django.contrib import admin
from django.urls import include, path

from config import health
from reps.web import sign_in

api = [path("", include(f"{app}.web.api_urls")) for app in ("leads", "routing", "reporting")]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/login/", sign_in.admin_login, name="admin-login"),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api, "api"))),
    path("in/", include("leads.web.inbound_urls")),
    path("", include("reps.web.urls")),
    path("", include("leads.web.urls")),
    path("", include("routing.web.urls")),
    path("", include("reporting.web.urls")),
]
handler400 = "leads.web.problems.bad_request"
handler404 = "leads.web.problems.not_found"
handler500 = "leads.web.problems.server_error"
