"""URLs of the REST API about leads; routing adds the why."""

from django.urls import path

from leads.web import api

urlpatterns = [
    path("leads/", api.LeadsView.as_view(), name="lead-list"),
    path("leads/bulk/", api.BulkView.as_view(), name="lead-bulk"),
    path("leads/<uuid:uid>/", api.LeadView.as_view(), name="lead-self"),
    path("leads/<uuid:uid>/timeline/", api.TimelineView.as_view(), name="lead-timeline"),
]
