"""URLs of the REST API that reporting answers."""

from django.urls import path

from reporting.web import api

urlpatterns = [path("reports/figures/", api.FiguresView.as_view(), name="report-figures")]
