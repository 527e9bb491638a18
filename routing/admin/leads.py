"""Leads in the admin: where each stands, to be routed again or saved as an example, nothing else."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from leads.life import State
from leads.models import Lead
from leads.web.found import leads_of
from leads.web.words import STATES
from reps.web.admin_parts import HouseAdmin, ReadOnly
from routing import hand, wording
from routing.models import RuleSet
from routing.rulesets import examples


@admin.register(Lead)
class LeadAdmin(ReadOnly, HouseAdmin):
    """Where each lead stands; to be routed again, nothing else."""

    list_display = ("pk", "stands", "stage", "group", "owner", "source", "arrived_at")
    list_filter = ("arrived_at", "state", "stage", "kind", "group")
    list_select_related = ("stage", "group", "owner__user")
    search_fields = ("uid",)  # that there is a search; get_search_results says what it finds
    search_help_text = gettext_lazy("Name, company, mail, phone, the sender's own number or the lead's address")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Lead]":
        """Those the reader may see on the pages, so that search finds nothing hidden either."""
        return (
            super()
            .get_queryset(request)
            .filter(pk__in=Lead.objects.visible_to(request.user, now=timezone.now()).values("pk"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Lead]", search_term: str
    ) -> "tuple[QuerySet[Lead], bool]":
        """As the page of all leads finds them, by an index; joined, it would take seconds with many."""
        text = search_term.replace("\x00", "").strip()
        return (queryset.filter(pk__in=leads_of(request, text)) if text else queryset), False

    readonly_fields = ("page", "stands", "because")
    actions = ("route_again", "release", "let_through")
    actions_detail = ("keep_example",)
    fields = (
        "page", "uid", "stands", "because", "stage", "group", "owner", "hop", "band", "source", "channel", "campaign",
        "intent", "country", "region", "industry", "size_band", "arrived_at", "assigned_at", "due_at", "responded_at",
        "closed_at", "error",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, obj: Lead) -> str:
        """Where it stands, in people's words."""
        return str(STATES[State(obj.state)])

    @admin.display(description=gettext_lazy("because"))
    def because(self, obj: Lead) -> str:
        """The reason in people's words."""
        return wording.reason_says(obj.reason)

    @admin.display(description=gettext_lazy("page"))
    def page(self, obj: Lead) -> SafeString:
        """The lead's own page, with its why."""
        return format_html('<a href="{}">{}</a>', reverse("lead-show", args=[obj.uid]), _("Open the lead"))

    @admin.action(description=gettext_lazy("Route again"), permissions=["route"])
    def route_again(self, request: HttpRequest, rows: "QuerySet[Lead]") -> None:
        """Send the chosen leads through the published rules again."""
        done = hand.route_again(leads=list(rows[:1000]), by=request.user)  # type: ignore[arg-type]  # signed in
        says = ngettext("%(n)d lead is routed again.", "%(n)d leads are routed again.", done)
        messages.success(request, says % {"n": done})

    @admin.action(description=gettext_lazy("Take back and share again"), permissions=["route"])
    def release(self, request: HttpRequest, rows: "QuerySet[Lead]") -> None:
        """As on the list of leads: the chosen are taken from their owners, whose turn is given back."""
        by, now = request.user, timezone.now()
        done = hand.release(leads=list(rows[:1000]), by=by, why=_("Taken back in the admin."), now=now)  # type: ignore[arg-type]  # signed in
        says = ngettext("%(n)d lead is taken back.", "%(n)d leads are taken back.", done.count)
        messages.success(request, says % {"n": done.count})
        if stayed := done.stayed.total():
            says = ngettext("%(n)d stays as it is.", "%(n)d stay as they are.", stayed)
            messages.warning(request, says % {"n": stayed})

    @admin.action(description=gettext_lazy("Let through qualification"), permissions=["route"])
    def let_through(self, request: HttpRequest, rows: "QuerySet[Lead]") -> None:
        """The chosen leads count as qualified and go through the rules, as far as qualification stopped them."""
        done = hand.revive(leads=list(rows[:1000]), by=request.user, now=timezone.now())  # type: ignore[arg-type]  # signed in
        says = ngettext("%(n)d lead is let through.", "%(n)d leads are let through.", done.count)
        messages.success(request, says % {"n": done.count})
        if stayed := done.stayed.total():
            says = ngettext("%(n)d stays as it is.", "%(n)d stay as they are.", stayed)
            messages.warning(request, says % {"n": stayed})

    def has_route_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may edit rules may apply them."""
        return request.user.has_perm("routing.change_ruleset")

    @action(description=gettext_lazy("Save as an example"), url_path="example", permissions=["route"])
    def keep_example(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a name and the rule set; the lead must go where it went, or publishing is blocked."""
        seen = self.get_queryset(request)
        lead = get_object_or_404(seen, pk=object_id) if object_id.isdigit() else None
        if lead is None:
            raise Http404
        sets = list(RuleSet.objects.filter(division=lead.division_id).order_by("runs_on", "pk"))
        if request.method == "POST" and _keep(request, lead, sets):
            return HttpResponseRedirect(reverse("admin:leads_lead_change", args=[lead.pk]))
        title = _("Save lead %d as an example") % lead.pk
        context = {**self.admin_site.each_context(request), "title": title, "lead": lead, "sets": sets}
        return render(request, "admin/example.html", context)


def _keep(request: HttpRequest, lead: Lead, sets: list[RuleSet]) -> bool:
    """Save it and say so; whether it was."""
    name = request.POST.get("name", "").replace("\x00", "").strip()[:100]
    chosen = next((row for row in sets if str(row.pk) == request.POST.get("rule_set")), None)
    if not name or chosen is None:
        messages.error(request, _("Give it a name and choose the rule set."))
        return False
    try:
        examples.keep(rule_set=chosen, lead=lead, name=name, by=request.user, now=timezone.now())  # type: ignore[arg-type]  # signed in
    except examples.NoFactsError:
        messages.error(request, _("Nothing is kept of this lead that rules could ask about."))
        return False
    messages.success(request, _("Saved. Every publish of %s is tried with it from now on.") % chosen.name)
    return True
