"""Every address the pages name, each answered by nothing: the gallery only needs them to be written."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

SIMPLE = (
    "my-leads",
    "pool",
    "my-numbers",
    "how-shared",
    "board",
    "leads",
    "to-assign",
    "rules",
    "team",
    "reports",
    "home",
    "login",
    "logout",
    "password_change",
    "password_reset",
    "duty-switch",
    "imports",
    "import-new",
    "my-turn",
    "work-plans",
    "proposals",
    "my-returns",
    "my-leads-bulk",
    "telling",
    "telling-sound",
    "my-offers",
    "nav-counts",
    "add-lead",
    "leads-sent",
    "tests-clear",
    "connections",
    "connection-shelf",
    "forms",
    "form-new",
)
WITH_UID = (
    "lead-show",
    "lead-why",
    "lead-touch",
    "lead-log",
    "lead-give-on",
    "work-plan",
    "proposal-answer",
    "step-done",
    "lead-note",
    "lead-merge",
    "lead-unmerge",
    "test-delete",
    "lead-stage",
    "lead-return",
    "lead-assign",
    "lead-reject",
    "pool-pull",
    "pool-claim",
    "pool-put-back",
    "offer-accept",
    "offer-decline",
    "connection",
    "connection-edit",
    "connection-switch",
    "connection-address",
    "connection-mapping",
    "connection-look",
    "connection-template",
    "deliveries",
    "deliveries-again",
    "form-edit",
    "form-switch",
    "form-settings",
    "form-endings",
    "form-ending-new",
    "form-item-add",
)
WITH_TWO = ("form-item-move", "form-item-remove", "form-held-take", "form-held-throw")


def nothing(request: HttpRequest, uid: str = "", other: str = "") -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    *[path(f"{name}/", nothing, name=name) for name in SIMPLE],
    *[path(f"{name}/<str:uid>/", nothing, name=name) for name in WITH_UID],
    *[path(f"{name}/<str:uid>/<str:other>/", nothing, name=name) for name in WITH_TWO],
    path("settings/", include(([path("", nothing, name="index")], "admin"))),
]
