"""How leads are narrowed, on the page and in the API."""

from datetime import timedelta
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import HiddenInput, TextInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.life import Kind, State
from leads.models import Connection, Lead, LeadPrivate, Stage
from leads.models.lead import LeadQuerySet
from leads.models.private import REMEMBERED
from leads.web.words import STATES, STATUS
from reps.models import Group, Rep

_SOON = timedelta(minutes=5)


class InstantField(django_filters.fields.IsoDateTimeField):
    """An instant that can be shown in every time zone."""

    def clean(self, value: Any) -> Any:
        """Refuse the first and the last years there are."""
        at = super().clean(value)
        if at is not None and not 1970 <= at.year <= 9000:
            raise ValidationError(_("This must be an instant between 1970 and 9000."))
        return at


class InstantFilter(django_filters.IsoDateTimeFilter):
    """By an instant with its offset."""

    field_class = InstantField


class LeadListFilter(django_filters.FilterSet):
    """What the page of all leads offers. Words are the API's: status, group and owner by their public id or name."""

    q = django_filters.CharFilter(label=_("Name, company, mail, phone"), method="search", max_length=100)
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        empty_label=_("Any state"),
        method="with_status",
        choices=[(STATUS[s], STATES[s]) for s in State if s is not State.READY],
    )
    group = django_filters.ModelChoiceFilter(
        label=_("Group"),
        empty_label=_("Any group"),
        null_label=_("No group"),
        null_value="none",
        queryset=Group.objects.filter(active=True).order_by("name"),
        to_field_name="uid",
    )
    owner = django_filters.ModelChoiceFilter(
        label=_("Rep"),
        empty_label=_("Any rep"),
        queryset=Rep.objects.select_related("user").order_by("user__name"),
        to_field_name="uid",
    )
    stage = django_filters.ModelChoiceFilter(
        label=_("Stage"), empty_label=_("Any stage"), queryset=Stage.objects.all(), to_field_name="key"
    )
    due = django_filters.ChoiceFilter(
        label=_("First contact"),
        empty_label=_("First contact at any time"),
        method="with_due",
        choices=[
            ("overdue", _("Overdue")),
            ("soon", _("Due in 5 min")),
            ("later", _("In time so far")),
            ("made", _("Made")),
        ],
    )
    source = django_filters.CharFilter(
        label=_("Source"),
        lookup_expr="iexact",
        max_length=100,
        widget=TextInput(attrs={"placeholder": _("Source")}),
    )

    kind = django_filters.ChoiceFilter(
        label=_("Kind"),
        empty_label=_("Leads"),
        method="as_they_are",
        choices=[("tests", _("Tests")), ("merged", _("Merged into others"))],
    )

    # Set by links from the board and the reports; the page says so in words.
    arrived_after = InstantFilter("arrived_at", lookup_expr="gte", label=_("Arrived from"), widget=HiddenInput())
    arrived_before = InstantFilter("arrived_at", lookup_expr="lt", label=_("Arrived before"), widget=HiddenInput())
    assigned_after = InstantFilter("assigned_at", lookup_expr="gte", label=_("Assigned from"), widget=HiddenInput())
    owned = django_filters.ChoiceFilter(
        label=_("With a rep"), method="with_owner", choices=[("yes", _("yes"))], widget=HiddenInput()
    )

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()

    def search(self, rows: "QuerySet[Lead]", _name: str, text: str) -> "QuerySet[Lead]":
        """In what people remember of a lead; the rows are already only those the reader may see."""
        return remembered_as(rows, text)

    def as_they_are(self, rows: "QuerySet[Lead]", _name: str, _kind: str) -> "QuerySet[Lead]":
        """The page has chosen its rows by it (`of_kind`)."""
        return rows

    def with_owner(self, rows: "QuerySet[Lead]", _name: str, _yes: str) -> "QuerySet[Lead]":
        """Those some rep has, or had when they were closed."""
        return rows.filter(owner__isnull=False)

    def with_due(self, rows: "QuerySet[Lead]", _name: str, due: str) -> "QuerySet[Lead]":
        """Owned leads by how their first contact stands: made, overdue, nearly so, or in time so far."""
        now = timezone.now()
        silent = rows.filter(pk__in=Lead.objects.awaiting_contact().values("pk"))
        if due == "overdue":
            return silent.filter(due_at__lt=now)
        if due == "soon":
            return silent.filter(due_at__gte=now, due_at__lt=now + _SOON)
        if due == "later":
            return silent.exclude(due_at__lt=now + _SOON)
        return rows.filter(owner__isnull=False).exclude(pk__in=silent.values("pk"))

    def with_status(self, rows: "QuerySet[Lead]", _name: str, status: str) -> "QuerySet[Lead]":
        """The states that people call by this one word."""
        return rows.filter(state__in=[s.value for s, word in STATUS.items() if word == status])


def remembered_as(rows: "QuerySet[Lead]", text: str) -> "QuerySet[Lead]":
    """Those that people remember by these words: name, company, mail, phone, or the sender's own number."""
    text = text.replace("\x00", "")
    remembered = LeadPrivate.objects.alias(remembered=REMEMBERED).filter(remembered__icontains=text)
    # Each by its own index; the doors are named, as an external id is known by door.
    doors = Connection.objects.values_list("pk", flat=True)
    known = Lead.objects.filter(connection__in=list(doors), external_id=text).order_by()
    return rows.filter(pk__in=remembered.values("pk").union(known.values("pk"), all=True))


def of_kind(rows: LeadQuerySet, kind: str) -> "QuerySet[Lead]":
    """Tests, or what was merged into others, where it is asked for; else all that reports know."""
    if kind == "tests":
        return rows.filter(kind=Kind.TEST.value)
    if kind == "merged":
        return rows.filter(merged_into__isnull=False).exclude(kind=Kind.TEST.value)
    return rows.reported()


class LeadFilter(LeadListFilter):
    """What the API offers beyond it."""

    kind = None

    country = django_filters.CharFilter(label=_("Country"), lookup_expr="iexact", max_length=2)
    external_id = django_filters.CharFilter(label=_("External id"), max_length=200)
