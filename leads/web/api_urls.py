"""URLs of the REST API about leads; routing adds the why."""

from django.urls import path

from leads.web import api, hooks_api

urlpatterns = [
    path("leads/", api.LeadsView.as_view(), name="lead-list"),
    path("leads/bulk/", api.BulkView.as_view(), name="lead-bulk"),
    path("leads/<uuid:uid>/", api.LeadView.as_view(), name="lead-self"),
    path("leads/<uuid:uid>/timeline/", api.TimelineView.as_view(), name="lead-timeline"),
    path("hooks/", hooks_api.HooksView.as_view(), name="hooks"),
    path("hooks/samples/<str:event>/", hooks_api.SamplesView.as_view(), name="hook-samples"),
    path("hooks/events/<str:event>/", hooks_api.EventsView.as_view(), name="hook-events"),
    path("hooks/<uuid:uid>/", hooks_api.HookView.as_view(), name="hook"),
    path("key/", hooks_api.KeyView.as_view(), name="key"),
]
