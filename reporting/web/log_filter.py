"""How the assignment log is narrowed and ordered, and kept as views."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.forms import HiddenInput, TextInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.models import Lead, LeadPrivate
from leads.models.private import REMEMBERED
from leads.web.filters import InstantFilter
from leads.web.listing import Listing, register
from reporting import cohort, log
from reporting.models import Spell
from reporting.period import period
from reporting.web.asking import DEFAULT
from reporting.web.words import CAME, PERIODS, WENT
from reps import access
from reps.models import Group, Membership, Rep, Territory, User
from routing.models import Assignment, Rule

ANY = "any"
# What a link may ask to be empty: leads without a source, without a territory.
_EMPTY: dict[str, dict[str, Any]] = {
    "source": {"source": ""},
    "campaign": {"campaign": ""},
    "rule": {"rule": ""},
    "territory": {"territory": None},
    "band": {"band": None},
}
USUAL = "-assigned"
OUTCOMES = {
    log.OPEN: _("with the rep"),
    **WENT,
    Assignment.End.TIMED_OUT.value: _("taken back, not answered in time"),
    Assignment.End.GONE_QUIET.value: _("taken back, no activity"),
    Assignment.End.LEFT.value: _("the rep left"),
    Assignment.End.HANDOFF.value: _("handed on at a stage"),
}
WITHIN = {"yes": _("In time"), "no": _("Late or missed"), "open": _("Not decided")}
_SORTS = {
    "arrived": "arrived_at",
    "assigned": "starts_at",
    "contact": "first_touch_at",
    "took": "response_seconds",
    "rep": "rep__user__name",
    "source": "source",
}


class LogFilter(django_filters.FilterSet):
    """Spells of ownership; `reader` and `now` are those who ask, and when."""

    q = django_filters.CharFilter(label=_("Name, company, mail, phone"), method="search", max_length=100)
    period = django_filters.ChoiceFilter(
        label=_("Assigned"), empty_label=None, method="assigned_in", choices=[*PERIODS, (ANY, _("Any time"))]
    )
    group = django_filters.ModelChoiceFilter(
        label=_("Group"), empty_label=_("Any group"), queryset=Group.objects.none(), to_field_name="uid",
        method="of_group",
    )  # fmt: skip
    rep = django_filters.ModelChoiceFilter(
        label=_("Rep"), empty_label=_("Any rep"), queryset=Rep.objects.none(), to_field_name="uid"
    )
    source = django_filters.CharFilter(
        label=_("Source"),
        lookup_expr="iexact",
        max_length=100,
        widget=TextInput(attrs={"placeholder": _("Source")}),
    )
    rule = django_filters.ChoiceFilter(label=_("Rule"), empty_label=_("Any rule"), choices=())
    how = django_filters.ChoiceFilter(label=_("How"), empty_label=_("However"), choices=list(CAME.items()))
    within = django_filters.ChoiceFilter(
        label=_("Response time"), empty_label=_("Any response"), method="kept", choices=list(WITHIN.items())
    )
    outcome = django_filters.ChoiceFilter(
        label=_("Outcome"), empty_label=_("Any outcome"), method="came_to", choices=list(OUTCOMES.items())
    )
    # Set by links from reports; the page says so in words.
    assigned_after = InstantFilter("starts_at", lookup_expr="gte", label=_("Assigned from"), widget=HiddenInput())
    assigned_before = InstantFilter("starts_at", lookup_expr="lt", label=_("Assigned before"), widget=HiddenInput())
    channel = django_filters.CharFilter(label=_("Channel"), max_length=40, widget=HiddenInput())
    campaign = django_filters.CharFilter(label=_("Campaign"), max_length=200, widget=HiddenInput())
    territory = django_filters.ModelChoiceFilter(
        label=_("Territory"), queryset=Territory.objects.all(), to_field_name="uid", widget=HiddenInput()
    )
    band = django_filters.NumberFilter(label=_("Priority"), min_value=0, max_value=9, widget=HiddenInput())
    without = django_filters.ChoiceFilter(
        label=_("Not known"), method="not_known", choices=[(name, name) for name in _EMPTY], widget=HiddenInput()
    )
    event = django_filters.ChoiceFilter(
        label=_("What happened"), method="of_event", choices=[(name, name) for name in log.HAPPENED],
        widget=HiddenInput(),
    )  # fmt: skip
    event_after = InstantFilter(label=_("Happened from"), method="happened_from", widget=HiddenInput())
    event_before = InstantFilter(label=_("Happened before"), method="happened_before", widget=HiddenInput())
    # The last, as it counts each lead once of what is left.
    figure = django_filters.ChoiceFilter(
        label=_("Behind"), method="counted", choices=[(name, name) for name in sorted(log.BEHIND)], widget=HiddenInput()
    )

    class Meta:
        model = Spell
        fields: tuple[str, ...] = ()

    def __init__(self, data: Mapping[str, Any], queryset: "QuerySet[Spell]", *, reader: User, now: datetime) -> None:
        given = {name: data[name] for name in data}  # of a QueryDict the last of each, not lists
        super().__init__({**given, "period": given.get("period") or DEFAULT}, queryset=queryset)
        self.reader, self.now = reader, now
        groups, reps = access.groups_managed(reader).order_by("name"), Rep.objects.order_by("user__name", "pk")
        if not access.oversees_all(reader):
            reps = reps.filter(pk__in=Membership.objects.filter(group__in=groups).values("rep"))
        fields = self.form.fields
        fields["group"].queryset = groups
        fields["rep"].queryset = reps.select_related("user")
        rules = Rule.objects.order_by("rule_set", "position").values_list("key", "name")
        fields["rule"].choices = [("", _("Any rule")), *((str(key), name) for key, name in rules)]

    def of_group(self, rows: "QuerySet[Spell]", _name: str, group: Group) -> "QuerySet[Spell]":
        """As reports have it: a spell without a group goes by the groups of its rep."""
        scope = cohort.overseen(self.reader, group, now=self.now)
        return rows.filter(Q(group=group) | Q(group=None, rep__in=scope.members))

    def not_known(self, rows: "QuerySet[Spell]", _name: str, key: str) -> "QuerySet[Spell]":
        """Those that say nothing there."""
        return rows.filter(**_EMPTY[key])

    def of_event(self, rows: "QuerySet[Spell]", _name: str, key: str) -> "QuerySet[Spell]":
        """Those in which it happened."""
        return rows.filter(log.HAPPENED[key][1])

    def happened_from(self, rows: "QuerySet[Spell]", _name: str, at: datetime) -> "QuerySet[Spell]":
        """At the instant or later."""
        return rows.filter(**{f"{self._when}__gte": at})

    def happened_before(self, rows: "QuerySet[Spell]", _name: str, at: datetime) -> "QuerySet[Spell]":
        """Before the instant."""
        return rows.filter(**{f"{self._when}__lt": at})

    @property
    def _when(self) -> str:
        return log.HAPPENED[self.form.cleaned_data.get("event") or "assigned"][0]

    def counted(self, rows: "QuerySet[Spell]", _name: str, figure: str) -> "QuerySet[Spell]":
        """As many as the figure of a report is of."""
        return log.behind(figure, rows, now=self.now)

    def search(self, rows: "QuerySet[Spell]", _name: str, text: str) -> "QuerySet[Spell]":
        """In what people remember of a lead, of those the reader may read."""
        text = text.replace("\x00", "")
        remembered = LeadPrivate.objects.alias(remembered=REMEMBERED).filter(remembered__icontains=text)
        found = Lead.objects.filter(pk__in=remembered.values("pk")).visible_to(self.reader, now=self.now)
        return rows.filter(lead__in=found.values("pk"))

    def assigned_in(self, rows: "QuerySet[Spell]", _name: str, key: str) -> "QuerySet[Spell]":
        """Begun in the period, in the reader's days."""
        if key == ANY:
            return rows
        span = period(key, now=self.now, zone=timezone.get_current_timezone())
        return rows.filter(starts_at__gte=span.since, starts_at__lt=span.until)

    def kept(self, rows: "QuerySet[Spell]", _name: str, kept: str) -> "QuerySet[Spell]":
        """By the response time."""
        return rows.filter(log.within(kept, now=self.now))

    def came_to(self, rows: "QuerySet[Spell]", _name: str, key: str) -> "QuerySet[Spell]":
        """By what it came to."""
        return rows.filter(log.outcome(key))


def chosen(asked: Mapping[str, Any], *, reader: User, now: datetime) -> tuple[LogFilter, "QuerySet[Spell]"]:
    """The filters, and the spells that fit in their order; none where a filter is wrong."""
    rows = log.spells(scope=cohort.overseen(reader, now=now), reader=reader, now=now)
    found = LogFilter(asked, rows, reader=reader, now=now)
    fitting = found.qs if found.is_valid() else rows.none()
    sort = str(asked.get("sort", USUAL))
    key, down = sort.removeprefix("-"), sort.startswith("-")
    if key not in _SORTS:
        key, down = USUAL.removeprefix("-"), True
    # Nulls are put last only where there may be some: else the index would not be used.
    last = True if key in {"contact", "took"} else None
    field = F(_SORTS[key])
    order = field.desc(nulls_last=last) if down else field.asc(nulls_last=last)
    return found, fitting.order_by(order, "-pk" if down else "pk")


def sorts() -> frozenset[str]:
    """What the log can be ordered by."""
    return frozenset(_SORTS)


def _form(query: Mapping[str, str], user: User) -> Any:
    return LogFilter(query, Spell.objects.none(), reader=user, now=timezone.now()).form


VIEWS = register(
    Listing(
        key="log",
        url_name="assignment-log",
        label=_("Assignment log"),
        everything=_("All assignments"),
        names=tuple(LogFilter.base_filters),
        usual=USUAL,
        form=_form,
        may=access.is_manager,
    )
)
