"""URLs of the REST API that routing answers."""

from django.urls import path

from routing.web import api_acts, api_offers, api_rules, api_simulate, api_trial, why

_SET = "rule-sets/<uuid:uid>/"

urlpatterns = [
    path("leads/<uuid:uid>/why/", why.WhyView.as_view(), name="lead-why"),
    path("leads/assign/", api_acts.AssignView.as_view(), name="leads-assign"),
    path("leads/unassign/", api_acts.UnassignView.as_view(), name="leads-unassign"),
    path("leads/priority/", api_acts.PriorityView.as_view(), name="leads-priority"),
    path("offers/", api_offers.OffersView.as_view(), name="offers"),
    path("offers/<uuid:uid>/accept/", api_offers.AcceptView.as_view(), name="offer-accept"),
    path("offers/<uuid:uid>/decline/", api_offers.DeclineView.as_view(), name="offer-decline"),
    path("rule-sets/", api_rules.RuleSetsView.as_view(), name="rule-sets"),
    path(f"{_SET}draft/", api_rules.DraftView.as_view(), name="rule-set-draft"),
    path(f"{_SET}check/", api_rules.CheckView.as_view(), name="rule-set-check"),
    path(f"{_SET}publish/", api_rules.PublishView.as_view(), name="rule-set-publish"),
    path(f"{_SET}try/", api_trial.TryView.as_view(), name="rule-set-try"),
    path(f"{_SET}compare/", api_rules.CompareView.as_view(), name="rule-set-compare"),
    path(f"{_SET}versions/", api_rules.VersionsView.as_view(), name="rule-set-versions"),
    path(f"{_SET}versions/<int:n>/", api_rules.VersionView.as_view(), name="rule-set-version"),
    path(f"{_SET}versions/<int:n>/go-back/", api_rules.GoBackView.as_view(), name="rule-set-go-back"),
    path(f"{_SET}examples/", api_rules.ExamplesView.as_view(), name="rule-set-examples"),
    path(f"{_SET}examples/<int:pk>/", api_rules.ExampleView.as_view(), name="rule-set-example"),
    path("routing/pauses/", api_acts.PausesView.as_view(), name="routing-pauses"),
    path("routing/resume/", api_acts.ResumeView.as_view(), name="routing-resume"),
    path("routing/resume/preview/", api_acts.ResumePreviewView.as_view(), name="routing-resume-preview"),
    path("routing/again/", api_acts.RouteAgainView.as_view(), name="routing-again"),
    path("routing/again/preview/", api_acts.RouteAgainPreviewView.as_view(), name="routing-again-preview"),
    path("reps/<uuid:uid>/leave/", api_acts.LeaveView.as_view(), name="rep-leave"),
    path("reps/<uuid:uid>/leave/preview/", api_acts.LeavePreviewView.as_view(), name="rep-leave-preview"),
    path("simulations/", api_simulate.SimulationsView.as_view(), name="simulations"),
    path("simulations/<uuid:uid>/", api_simulate.SimulationView.as_view(), name="simulation"),
    path("simulations/<uuid:uid>/cancel/", api_simulate.CancelView.as_view(), name="simulation-cancel"),
    path("simulations/<uuid:uid>/moves.csv", api_simulate.MovesView.as_view(), name="simulation-moves"),
]
