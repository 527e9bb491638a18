"""URLs of leads: the rep's pages and what one does with a lead, the list of all leads."""

from django.urls import path

from leads.web import acts, all_leads, form_page, my_leads, show

urlpatterns = [
    path("f/<uuid:uid>/", form_page.page, name="form-page"),
    path("f/<uuid:uid>/part/", form_page.part, name="form-part"),
    path("my-leads/", my_leads.page, name="my-leads"),
    path("my-leads/counts/", my_leads.counts, name="nav-counts"),
    path("leads/", all_leads.page, name="leads"),
    path("leads/export.csv", all_leads.export, name="leads-csv"),
    path("leads/<uuid:uid>/", show.page, name="lead-show"),
    path("leads/<uuid:uid>/touch/", acts.touch, name="lead-touch"),
    path("leads/<uuid:uid>/note/", acts.note, name="lead-note"),
    path("leads/<uuid:uid>/stage/", acts.stage, name="lead-stage"),
]
