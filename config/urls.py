"""Mounts the apps' faces; pages meet by URL name."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("leads.web.api_urls")),
    path("", include("reps.web.urls")),
    path("", include("leads.web.urls")),
    path("", include("routing.web.urls")),
    path("", include("reporting.web.urls")),
]
