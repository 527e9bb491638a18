"""URLs of leads: the rep's pages and what one does with a lead, the list of all leads."""

from django.urls import path

from leads.web import acts, all_leads, form_held, form_page, forms, my_leads, show

urlpatterns = [
    path("f/<uuid:uid>/", form_page.page, name="form-page"),
    path("f/<uuid:uid>/part/", form_page.part, name="form-part"),
    path("forms/", forms.index, name="forms"),
    path("forms/new/", forms.new, name="form-new"),
    path("forms/<uuid:uid>/", forms.edit, name="form-edit"),
    path("forms/<uuid:uid>/settings/", forms.settings, name="form-settings"),
    path("forms/<uuid:uid>/switch/", forms.switch, name="form-switch"),
    path("forms/<uuid:uid>/copy/", forms.copy, name="form-copy"),
    path("forms/<uuid:uid>/thanks/", forms.endings, name="form-endings"),
    path("forms/<uuid:uid>/thanks/new/", forms.ending, name="form-ending-new"),
    path("forms/<uuid:uid>/thanks/<uuid:ending>/", forms.ending, name="form-ending"),
    path("forms/<uuid:uid>/items/", forms.add, name="form-item-add"),
    path("forms/<uuid:uid>/items/<uuid:item>/", forms.item, name="form-item"),
    path("forms/<uuid:uid>/items/<uuid:item>/move/", forms.move, name="form-item-move"),
    path("forms/<uuid:uid>/items/<uuid:item>/remove/", forms.remove, name="form-item-remove"),
    path("forms/<uuid:uid>/held/", form_held.page, name="form-held"),
    path("forms/<uuid:uid>/held/<uuid:intake>/take/", form_held.take, name="form-held-take"),
    path("forms/<uuid:uid>/held/<uuid:intake>/throw/", form_held.throw_away, name="form-held-throw"),
    path("my-leads/", my_leads.page, name="my-leads"),
    path("my-leads/counts/", my_leads.counts, name="nav-counts"),
    path("leads/", all_leads.page, name="leads"),
    path("leads/export.csv", all_leads.export, name="leads-csv"),
    path("leads/<uuid:uid>/", show.page, name="lead-show"),
    path("leads/<uuid:uid>/touch/", acts.touch, name="lead-touch"),
    path("leads/<uuid:uid>/note/", acts.note, name="lead-note"),
    path("leads/<uuid:uid>/stage/", acts.stage, name="lead-stage"),
]
