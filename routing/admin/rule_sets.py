"""The admin's pages about routing: rule sets with rules, groups with checked steps, leads and decisions to read."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action

from leads.admin import ReadOnly
from leads.conditions import ConditionError
from leads.conditions import parse as parse_condition
from leads.life import State
from leads.models import Lead
from leads.qualify.freeze import catalogue_of
from leads.web.words import STATES
from reps.admin import GroupAdminBase
from reps.models import Group
from reps.models.division import SEEDED
from reps.web.admin_parts import HouseAdmin, JSONText, WholeForm
from routing import hand, rulesets, wording
from routing.engine.ruleset import RuleSetError, parse_steps
from routing.engine.ruleset import parse as parse_rules
from routing.models import Assignment, Band, Decision, LedgerEntry, Return, Rule, RuleSet, RuleSetVersion, Share
from routing.web import why


def clean_condition(value: object) -> object:
    """The tree, or ValidationError that names every wrong leaf."""
    if value in (None, {}):
        return None
    try:
        parse_condition(value, catalogue_of(SEEDED))
    except ConditionError as error:
        raise ValidationError([wording.condition_problem(p) for p in error.problems]) from error
    return value


def clean_steps(value: object) -> object:
    """The steps, or ValidationError that names every wrong one."""
    try:
        parse_steps(value)
    except RuleSetError as error:
        names = wording.Names()
        raise ValidationError([wording.reading_problem(p, names) for p in error.problems]) from error
    return value


class RuleForm(WholeForm):
    """Condition and steps are checked as they are saved."""

    condition = JSONText(
        label=gettext_lazy("When"),
        rows=6,
        help_text=gettext_lazy(
            'Empty = every lead; only the last rule may be so. {"all": [{"field": "country", "operator": "one_of",'
            ' "value": ["DE", "AT"]}, {"field": "employees", "operator": "at_least", "value": 50}]}'
        ),
    )
    steps = JSONText(
        label=gettext_lazy("How to share"),
        help_text=gettext_lazy(
            'Empty = as the group shares. [{"strategy": "availability"}, {"strategy": "capacity"},'
            ' {"strategy": "weighted"}]'
        ),
    )
    otherwise = JSONText(
        label=gettext_lazy("If nobody can take it"),
        help_text=gettext_lazy(
            'Empty = To assign. [{"to": "group", "group": 2}, {"to": "hold"}]; also next_rule, pool, desk.'
        ),
    )

    def clean_otherwise(self) -> object:
        """The chain, or ValidationError that names every wrong link; publishing checks where it leads."""
        value = self.cleaned_data["otherwise"] or []
        rule = {"name": "x", "destination": {"to": "desk"}, "otherwise": value}
        try:
            # Another rule stands behind it, so that asking for the next one is no mistake here.
            parse_rules({"rules": [rule, {"name": "y", "destination": {"to": "desk"}}]}, catalogue_of(SEEDED))
        except RuleSetError as error:
            raise ValidationError([wording.own_problem(p) for p in error.problems]) from error
        return value

    def clean_condition(self) -> object:
        """As above."""
        return clean_condition(self.cleaned_data["condition"])

    def clean_steps(self) -> object:
        """Empty means: as the group shares."""
        value = self.cleaned_data["steps"]
        return clean_steps(value) if value is not None else None

    def clean(self) -> dict[str, Any] | None:
        """A destination needs what it names."""
        cleaned = super().clean() or {}
        needs = {Rule.To.GROUP: "group", Rule.To.REP: "rep", Rule.To.REJECT: "reject_reason"}
        name = needs.get(cleaned.get("to", ""))
        if name and not cleaned.get(name):
            self.add_error(name, _("Say which."))
        return cleaned


class BandForm(WholeForm):
    """The condition is checked as it is saved."""

    condition = JSONText(label=gettext_lazy("When"), required=True, rows=3)

    def clean_condition(self) -> object:
        """As above."""
        return clean_condition(self.cleaned_data["condition"])


class RuleInline(StackedInline):
    """The rules in order; the first that fits decides."""

    model = Rule
    form = RuleForm
    extra = 0
    ordering_field = "position"
    fields = (
        ("position", "name"),
        "condition",
        ("to", "reject_reason"),
        ("group", "rep"),
        "steps",
        "otherwise",
        "respond_within",
    )
    autocomplete_fields = ("group", "rep")


class BandInline(TabularInline):
    """Which leads are decided first."""

    model = Band
    form = BandForm
    extra = 0


@admin.register(RuleSet)
class RuleSetAdmin(HouseAdmin):
    """The draft; publishing prints it as the next version."""

    list_display = ("name", "version", "problems")
    inlines = (RuleInline, BandInline)
    fields = ("name", "note", "reads")
    readonly_fields = ("reads",)
    actions_detail = ("publish_one",)
    list_select_related = ("published",)

    @admin.display(description=gettext_lazy("published"))
    def version(self, obj: RuleSet) -> str:
        """Which version decides."""
        return _("version %d") % obj.published.n if obj.published else _("never")

    @admin.display(description=gettext_lazy("problems"))
    def problems(self, obj: RuleSet) -> str:
        """How many, and whether they block publishing."""
        found = rulesets.problems_of(obj, now=timezone.now())
        blocking = sum(p.blocks for p in found)
        return (
            _("%(n)d, of which %(blocking)d block publishing") % {"n": len(found), "blocking": blocking}
            if found
            else "-"
        )

    @admin.display(description=gettext_lazy("reads"))
    def reads(self, obj: RuleSet | None) -> SafeString | str:
        """The draft in plain words, and what is wrong with it."""
        if obj is None or obj.pk is None:
            return _("Save it to read it in plain words.")
        words = [format_html("<p>{}</p>", line) for line in rulesets.words_of(obj)]
        wrong = [
            format_html("<p><b>{}</b> {}</p>", _("Blocks publishing:") if p.blocks else _("Worth a look:"), p.text)
            for p in rulesets.problems_of(obj, now=timezone.now())
        ]
        return SafeString("".join([*words, *wrong])) or _("No rule yet.")

    @action(description=gettext_lazy("Publish"), url_path="publish", permissions=["publish"])
    def publish_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would be published and ask for a comment; publish by POST only, outside the admin's transaction."""
        row = get_object_or_404(RuleSet, pk=object_id) if object_id.isdigit() else None
        if row is None:
            raise Http404
        if request.method == "POST" and publish(request, row, comment=request.POST.get("comment", "")):
            return HttpResponseRedirect(reverse("admin:routing_ruleset_change", args=[row.pk]))
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish %s") % row.name,
            "row": row,
            "words": rulesets.words_of(row),
            "before": row.published.words if row.published else [],
            "problems": rulesets.problems_of(row, now=now),
        }
        return render(request, "admin/publish.html", context)

    def has_publish_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may edit rules may publish them."""
        return request.user.has_perm("routing.change_ruleset")

    def has_delete_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """A printed set is never deleted."""
        return bool(obj and not obj.versions.exists()) and super().has_delete_permission(request, obj)


def publish(request: HttpRequest, row: RuleSet, *, comment: str) -> bool:
    """Publish and say what happened; whether it did."""
    comment = comment.replace("\x00", "").strip()[:500]
    try:
        version = rulesets.publish(rule_set=row, by=request.user, comment=comment, now=timezone.now())  # type: ignore[arg-type]  # signed in
    except rulesets.NotPublishedError as error:
        for problem in error.problems:
            messages.error(request, problem.text)
        return False
    messages.success(request, _("%(name)s is published as version %(n)d.") % {"name": row.name, "n": version.n})
    return True


@admin.register(RuleSetVersion)
class VersionAdmin(ReadOnly, HouseAdmin):
    """What was printed, when and by whom."""

    list_display = ("rule_set", "n", "published_at", "published_by", "comment")
    list_select_related = ("rule_set", "published_by")
    fields = ("rule_set", "n", "published_at", "published_by", "comment", "in_words")
    readonly_fields = ("in_words",)

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, obj: RuleSetVersion) -> SafeString:
        """One line a rule."""
        return SafeString("".join(format_html("<p>{}</p>", line) for line in obj.words))


class GroupForm(WholeForm):
    """The steps are checked as they are saved."""

    steps = JSONText(
        label=gettext_lazy("How this group shares"),
        rows=5,
        help_text=gettext_lazy('[{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "round_robin"}]'),
    )
    public_fields = JSONText(
        label=gettext_lazy("Shown before the claim"),
        rows=2,
        help_text=gettext_lazy("Any of: source, channel, country, region, industry, size_band, intent."),
    )

    def clean_steps(self) -> object:
        """As above."""
        return clean_steps(self.cleaned_data["steps"] or [])

    def clean_public_fields(self) -> object:
        """As a list; the model checks the names."""
        value = self.cleaned_data["public_fields"] or []
        if not isinstance(value, list):
            raise ValidationError(_("Write a list of names."))
        return value


@admin.register(Group)
class GroupAdmin(GroupAdminBase):
    """Groups with members; the steps are checked here, as only routing understands them."""

    form = GroupForm


@admin.register(Lead)
class LeadAdmin(ReadOnly, HouseAdmin):
    """Where each lead stands; to be routed again, nothing else."""

    list_display = ("pk", "stands", "stage", "group", "owner", "source", "arrived_at")
    list_filter = ("state", "stage", "kind", "group")
    list_select_related = ("stage", "group", "owner__user")
    search_fields = ("uid", "external_id", "private__email", "private__company")
    date_hierarchy = "arrived_at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Lead]":
        """Those the reader may see on the pages, so that search finds nothing hidden either."""
        return (
            super()
            .get_queryset(request)
            .filter(pk__in=Lead.objects.visible_to(request.user, now=timezone.now()).values("pk"))
        )

    readonly_fields = ("page", "stands", "because")
    actions = ("route_again",)
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

    def has_route_permission(self, request: HttpRequest) -> bool:
        """Who may edit rules may apply them."""
        return request.user.has_perm("routing.change_ruleset")


@admin.register(Decision)
class DecisionAdmin(ReadOnly, HouseAdmin):
    """What was decided, with its why."""

    list_display = ("at", "lead", "went", "rule_name", "group", "rep", "because")
    list_filter = ("outcome", "group")
    list_select_related = ("lead", "group", "rep__user")
    show_full_result_count = False
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
class AssignmentAdmin(ReadOnly, HouseAdmin):
    """Spells of ownership."""

    list_display = ("starts_at", "lead", "hop", "rep", "group", "how", "ends_at", "end")
    list_filter = ("how", "end", "group")
    list_select_related = ("lead", "rep__user", "group")
    show_full_result_count = False


@admin.register(Share)
class ShareAdmin(ReadOnly, HouseAdmin):
    """Fair shares."""

    list_display = ("group", "rep", "received", "balance", "last_at")
    list_filter = ("group",)
    list_select_related = ("group", "rep__user")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly, HouseAdmin):
    """What moved them."""

    list_display = ("at", "group", "lead", "kind", "winner")
    list_filter = ("kind", "group")
    list_select_related = ("group", "lead")
    show_full_result_count = False


@admin.register(Return)
class ReturnAdmin(ReadOnly, HouseAdmin):
    """Leads that were given back."""

    list_display = ("at", "lead", "rep", "reason", "ruling")
    list_filter = ("reason", "ruling")
    list_select_related = ("lead", "rep__user")
