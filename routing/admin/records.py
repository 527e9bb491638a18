"""Records in the admin, to read: decisions, spells of ownership, fair shares, returns, and what was done to many."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.life import State
from leads.web.found import Found
from leads.web.words import STATES
from reps.web.admin_parts import HouseAdmin, ReadOnly, one_of
from routing import returns, wording
from routing.assign import NotYoursError
from routing.engine.slate import Outcome
from routing.models import (
    Act,
    Assignment,
    Comment,
    Decision,
    GroupPage,
    LedgerEntry,
    Question,
    Return,
    RoutingPause,
    Share,
    SharedDraft,
)
from routing.web import why

OUTCOMES = [(outcome.value, STATES[State(outcome.value)]) for outcome in Outcome]


@admin.register(Decision)
class DecisionAdmin(Found, ReadOnly, HouseAdmin):
    """What was decided, with its why."""

    list_display = ("at", "lead", "went", "rule_name", "group", "rep", "because")
    list_filter = ("at", one_of("outcome", gettext_lazy("outcome"), OUTCOMES), "group")
    list_select_related = ("lead", "group", "rep__user")
    search_fields = ("lead", "rep")
    fields = ("at", "lead", "went", "rule_name", "group", "rep", "version", "engine", "why_told")
    readonly_fields = ("went", "why_told")

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def went(self, obj: Decision) -> str:
        """Where it went, in people's words."""
        return str(STATES[State(obj.outcome)])

    @admin.display(description=gettext_lazy("because"), ordering="reason")
    def because(self, obj: Decision) -> str:
        """The reason in people's words."""
        return wording.reason_says(obj.reason)

    @admin.display(description=gettext_lazy("why"))
    def why_told(self, obj: Decision) -> str:
        """The receipt in words."""
        context = why.told(obj.lead, me=None)
        return strip_tags(str(context["sentence"] or context["problem"])) + "".join(
            f"\n{person['name']}: {person['line']}" for person in context["considered"]
        )


@admin.register(Assignment)
class AssignmentAdmin(Found, ReadOnly, HouseAdmin):
    """Spells of ownership."""

    list_display = ("starts_at", "lead", "hop", "rep", "group", "how", "ends_at", "end")
    list_filter = ("starts_at", "how", "end", "group")
    list_select_related = ("lead", "rep__user", "group")
    search_fields = ("lead", "rep")


@admin.register(Share)
class ShareAdmin(Found, ReadOnly, HouseAdmin):
    """Fair shares."""

    list_display = ("group", "rep", "received", "balance", "last_at")
    list_filter = ("group",)
    list_select_related = ("group", "rep__user")
    search_fields = ("rep", "group")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(Found, ReadOnly, HouseAdmin):
    """What moved them."""

    list_display = ("at", "group", "lead", "kind", "winner")
    list_filter = ("kind", "group")
    list_select_related = ("group", "lead")
    search_fields = ("lead", "group")


@admin.register(Return)
class ReturnAdmin(Found, ReadOnly, HouseAdmin):
    """Leads that were given back."""

    list_display = ("at", "lead", "rep", "reason", "ruling", "ruled_by")
    list_filter = ("at", "reason", "ruling", "lead__group")
    list_select_related = ("lead", "rep__user", "ruled_by")
    search_fields = ("lead", "rep", "note")
    actions = ("approve", "refuse")

    @admin.action(description=gettext_lazy("Approve: the lead does not count"), permissions=["rule"])
    def approve(self, request: HttpRequest, rows: "QuerySet[Return]") -> None:
        """Everybody's share of it is taken back."""
        self._rule(request, rows, approve=True)

    @admin.action(description=gettext_lazy("Refuse: the lead counts"), permissions=["rule"])
    def refuse(self, request: HttpRequest, rows: "QuerySet[Return]") -> None:
        """The rep has had the turn."""
        self._rule(request, rows, approve=False)

    def has_rule_permission(self, request: HttpRequest) -> bool:
        """Who may edit rules may rule."""
        return request.user.has_perm("routing.change_ruleset")

    @staticmethod
    def _rule(request: HttpRequest, rows: "QuerySet[Return]", *, approve: bool) -> None:
        done = 0
        for row in rows.select_related("lead")[:200]:
            try:
                returns.rule_on(given_back=row, approve=approve, by=request.user)  # type: ignore[arg-type]  # signed in
                done += 1
            except NotYoursError:
                messages.warning(request, _("Ruled on before: %s.") % row)
        says = ngettext("%(n)d return is ruled on.", "%(n)d returns are ruled on.", done)
        messages.success(request, says % {"n": done})


@admin.register(Act)
class ActAdmin(Found, ReadOnly, HouseAdmin):
    """Who did what to many leads at once, and what came of it."""

    list_display = ("at", "kind", "by", "why", "came_of_it")
    list_filter = ("at", "kind")
    list_select_related = ("by",)
    search_fields = ("by", "why")
    fields = ("at", "kind", "by", "why", "asked", "result")

    @admin.display(description=gettext_lazy("came of it"))
    def came_of_it(self, obj: Act) -> str:
        """The counts, in a line."""
        counts = {key: value for key, value in obj.result.items() if isinstance(value, int)}
        stayed = obj.result.get("stayed")
        said = [f"{key.replace('_', ' ')} {value}" for key, value in counts.items()]
        if isinstance(stayed, dict) and stayed:
            said.append(_("stayed: %s") % wording.stayed_says(stayed))
        return ", ".join(said)


@admin.register(RoutingPause)
class RoutingPauseAdmin(Found, ReadOnly, HouseAdmin):
    """When routing stood still, and who stopped and resumed it."""

    list_display = ("starts_at", "group", "why", "by", "ends_at", "ended_by")
    list_select_related = ("group", "by", "ended_by")
    search_fields = ("group", "by", "why")


@admin.register(Question)
class QuestionAdmin(Found, ReadOnly, HouseAdmin):
    """What reps find unfair; answered on its own page."""

    list_display = ("at", "rep", "group", "answered_at", "answered_by", "version")
    list_filter = ("at", "group", ("answered_at", admin.EmptyFieldListFilter))
    list_select_related = ("rep__user", "group", "answered_by", "version__rule_set")
    search_fields = ("rep", "text", "answer", "answered_by")


@admin.register(Comment)
class CommentAdmin(Found, ReadOnly, HouseAdmin):
    """What people say of published rules, and of drafts shared with them."""

    list_display = ("at", "version", "draft", "by", "text")
    list_select_related = ("version__rule_set", "draft", "by")
    search_fields = ("by", "text")


@admin.register(SharedDraft)
class SharedDraftAdmin(Found, ReadOnly, HouseAdmin):
    """What teams were asked about before it was published; shared and taken back on its own pages."""

    list_display = ("at", "rule_set", "by", "until", "closed_at", "version")
    list_filter = ("rule_set",)
    list_select_related = ("rule_set", "by", "version__rule_set")
    search_fields = ("by", "why")
    exclude = ("body", "attributes")


@admin.register(GroupPage)
class GroupPageAdmin(Found, ReadOnly, HouseAdmin):
    """Why groups share as they do, and which pages a link opens to anybody."""

    list_display = ("group", "why", "why_by", "opened_at", "opened_by")
    list_select_related = ("group", "why_by", "opened_by")
    search_fields = ("group", "why")
    exclude = ("token",)
