"""A lead: a wish to be sold to. This row holds only what may ever be public and where the lead stands."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from leads.life import OPEN, Kind, State
from reps import access
from reps.models import Group, Membership, Rep, User
from reps.models.division import DivisionKey

from .account import Account
from .connection import Connection
from .contact import Contact
from .stage import Stage

_OPEN = sorted(s.value for s in OPEN)
_BEFORE_THE_CLAIM = [State.POOLED.value, State.OFFERED.value, State.HELD.value]
_UNOWNED = [
    s.value
    for s in (
        State.NEW,
        State.READY,
        State.OFFERED,
        State.POOLED,
        State.HELD,
        State.DESK,
        State.REJECTED,
        State.SET_ASIDE,
    )
]


# Since when a lead waits where it waits: one that came back waits from then on, whenever it arrived.
WAITING_SINCE = Greatest("arrived_at", "ready_at", "decided_at")


class LeadQuerySet(models.QuerySet):
    """Questions about leads."""

    def reported(self) -> Self:
        """Without tests, and without what was merged into another: that counts there."""
        return self.exclude(kind=Kind.TEST).filter(merged_into=None)

    def open(self) -> Self:
        """Neither closed nor rejected nor erased."""
        return self.filter(state__in=_OPEN)

    def load(self, reps: Iterable[int]) -> dict[int, int]:
        """How many open leads each of these reps holds, as the engine counts it; a rep without any is missing."""
        rows = self.filter(owner__in=list(reps), state=State.ASSIGNED.value, stage__open_load=True)
        counts = rows.exclude(kind=Kind.TEST).order_by().values("owner").annotate(n=Count("pk"))
        return dict(counts.values_list("owner", "n"))

    def stranded(self) -> Self:
        """In a pool that its group no longer has."""
        return self.filter(Q(group__pool=Group.Pool.NONE) | Q(group__active=False), state=State.POOLED.value)

    def awaiting_contact(self) -> Self:
        """Owned leads whose present owner has made no contact yet, whatever an owner before did."""
        # By name: that model points here, so it loads after this one.
        made = apps.get_model("leads", "Touch").objects.filter(lead=OuterRef("pk"), hop=OuterRef("hop"))
        before = Q(responded_at__lt=F("assigned_at")) & ~Exists(made)
        return self.filter(Q(responded_at=None) | before, state=State.ASSIGNED.value)

    def overseen_by(self, user: User | AnonymousUser) -> Self:
        """Leads the user manages: of their groups, and those no group has, which belong to all managers."""
        if access.oversees_all(user):
            return self
        groups = access.groups_managed(user).values("pk")
        return self.filter(Q(group__in=groups) | Q(group=None)) if access.is_manager(user) else self.none()

    def visible_to(self, user: User | AnonymousUser, *, now: datetime) -> Self:
        """Leads whose details the user may read: own, overseen, and what a group lets its members read.

        Hidden leads of a blind pool are never among them, and a group may keep them from its managers too.
        """
        rep = access.rep_of(user)
        seen = Q(pk__in=Lead.objects.overseen_by(user).values("pk"))
        if rep is None:
            return self.filter(seen)
        mine = Membership.objects.at(now).filter(rep=rep, group__active=True)
        blind = mine.filter(group__pool=Group.Pool.BLIND, group__blind_for_managers=True).values("group")
        wide = mine.filter(group__visibility=Group.Visibility.ALL)
        own_groups = mine.filter(group__visibility=Group.Visibility.GROUP).values("group")
        read = Q(group__in=own_groups) | (Q(group__isnull=False) if wide.exists() else Q(pk__in=[]))
        read &= ~Q(group__pool=Group.Pool.BLIND)
        shown = (Group.Pool.OPEN, Group.Pool.BROADCAST)
        in_open_pool = Q(state=State.POOLED.value, group__pool__in=shown, group__in=mine.values("group"))
        return self.filter(Q(owner=rep) | (seen & ~Q(group__in=blind)) | read | in_open_pool)

    def before_the_claim(self) -> Self:
        """Waiting in a group's blind pool, or offered by it."""
        return self.filter(state__in=_BEFORE_THE_CLAIM, group__pool=Group.Pool.BLIND)

    def hidden_from(self, user: User | AnonymousUser, *, now: datetime) -> Self:
        """Leads the user may yet claim or be offered, and of which they must not know the details before.

        A figure made of them may tell what no page shows: by which rule they came, for one.
        """
        rep = access.rep_of(user)
        if rep is None:
            return self.none()
        mine = Membership.objects.at(now).filter(rep=rep).values("group")
        waiting = self.before_the_claim().filter(group__in=mine)
        # Of those that wait only, or every lead there is would be looked at.
        return waiting.exclude(pk__in=waiting.visible_to(user, now=now).values("pk"))


class AccountHow(models.TextChoices):
    """By what the lead's account was known; `ambiguous`: two or more names are as alike, so none was taken."""

    EXTERNAL_ID = "external_id", _("its id")
    DOMAIN = "domain", _("its domain")
    NAME = "name", _("its name")
    AMBIGUOUS = "ambiguous", _("more than one by name")


class Lead(models.Model):
    """Ownership has one writer (`routing.assign`), the other columns `capture`, `qualify` and `respond`."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    kind = models.CharField(_("kind"), max_length=8, choices=[(k.value, k.value) for k in Kind], default=Kind.NEW.value)
    state = models.CharField(
        _("state"), max_length=10, choices=[(s.value, s.value) for s in State], default=State.NEW.value
    )
    stage = models.ForeignKey(Stage, models.PROTECT, verbose_name=_("stage"))
    group = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("group")
    )
    owner = models.ForeignKey(Rep, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("owner"))
    sourced_by = models.ForeignKey(
        Rep, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sourced by")
    )
    booked_with = models.ForeignKey(
        Rep,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="Whom the source gave it to: the host of a booked meeting, or who took the call.",
    )
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="leads")
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="leads")
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="The lead of the same person that goes on in its place; closed while this is set.",
    )
    connection = models.ForeignKey(Connection, models.PROTECT, verbose_name=_("connection"))
    external_id = models.CharField(_("external id"), max_length=200, blank=True)

    account_how = models.CharField(max_length=12, choices=AccountHow, blank=True, default="")
    account_score = models.PositiveSmallIntegerField(null=True, blank=True)

    # Where it stands. `hop` is the hand-over number: 1 for the first owner, one more for each next.
    hop = models.PositiveIntegerField(default=0)
    waiting_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    band = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    score_band = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, help_text="The band its score asks for; `band` is what counts."
    )
    set_band = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, help_text="The band a person set: it counts over rules and score."
    )
    sole = models.BooleanField(
        default=False, editable=False, help_text=_("Enquiries were on: the only open lead of its contact.")
    )
    reason = models.CharField(max_length=40, blank=True)

    # What may ever be public.
    source = models.CharField(_("source"), max_length=100, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    campaign = models.CharField(_("campaign"), max_length=200, blank=True)
    intent = models.CharField(_("intent"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    industry = models.CharField(_("industry"), max_length=100, blank=True)
    size_band = models.CharField(_("size"), max_length=20, blank=True)

    # Instants, all UTC.
    arrived_at = models.DateTimeField(_("arrived"))
    ready_at = models.DateTimeField(null=True, blank=True)
    ready_by = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="While providers are asked: when it goes on without them."
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(_("assigned"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, help_text=_("The rep's first contact is due."))
    opened_at = models.DateTimeField(null=True, blank=True)
    wrote_again_at = models.DateTimeField(
        null=True, blank=True, help_text=_("The last enquiry that its owner has not opened.")
    )
    responded_at = models.DateTimeField(_("first contact"), null=True, blank=True)
    reached_at = models.DateTimeField(_("reached"), null=True, blank=True)
    stage_at = models.DateTimeField(null=True, blank=True)
    stage_news = models.BooleanField(
        default=False, editable=False, help_text="The stage was moved, and routing has not looked yet."
    )
    handed_stage = models.ForeignKey(
        Stage,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="The stage whose rules gave it on, the last time.",
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    # How it ended.
    lost_reason = models.CharField(_("reason"), max_length=200, blank=True)
    won_amount = models.DecimalField(_("won amount"), max_digits=14, decimal_places=2, null=True, blank=True)
    won_currency = models.CharField(_("currency"), max_length=3, blank=True)
    won_base = models.DecimalField(_("won, base currency"), max_digits=14, decimal_places=2, null=True, blank=True)
    # What the base currency was then: figures in one base are not added to those of another.
    won_base_currency = models.CharField(_("base currency"), max_length=3, blank=True, default="", db_default="")

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=State.ASSIGNED.value) | Q(owner__isnull=False), name="lead_assigned_has_owner"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_UNOWNED) | Q(owner__isnull=True), name="lead_unowned_states"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.POOLED.value) | Q(group__isnull=False), name="lead_pooled_has_group"
            ),
            models.CheckConstraint(
                condition=Q(state=State.HELD.value) | Q(waiting_until__isnull=True), name="lead_waits_when_held"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.HELD.value) | Q(waiting_until__isnull=False) | Q(reason="routing_paused"),
                name="lead_held_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.CLOSED.value) | Q(closed_at__isnull=False), name="lead_closed_has_instant"
            ),
            models.UniqueConstraint(
                fields=["connection", "external_id"], condition=~Q(external_id=""), name="lead_external_once"
            ),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(sole=True, state__in=_OPEN), name="lead_one_open_per_contact"
            ),
        ]
        indexes = [
            models.Index(
                F("division"),
                F("band"),
                F("ready_at"),
                F("id"),
                condition=Q(state=State.READY.value),
                name="lead_ready",
            ),
            models.Index(F("division"), condition=Q(set_band__isnull=False), name="lead_set_band"),
            models.Index(F("waiting_until"), condition=Q(state=State.HELD.value), name="lead_held"),
            models.Index(F("division"), condition=Q(stage_news=True), name="lead_stage_news"),
            models.Index(F("arrived_at"), condition=Q(state=State.NEW.value), name="lead_new"),
            models.Index(F("ready_by"), condition=Q(state=State.NEW.value), name="lead_ready_by"),
            models.Index(F("owner"), F("state"), F("due_at"), name="lead_owner"),
            models.Index(
                F("group"), F("band"), F("arrived_at"), condition=Q(state=State.POOLED.value), name="lead_pool"
            ),
            models.Index(F("state"), F("arrived_at"), name="lead_state"),
            models.Index(F("arrived_at").desc(), F("id").desc(), name="lead_arrived"),
            models.Index(F("arrived_at"), condition=Q(hop=0), name="lead_never_owned"),
            models.Index(F("contact"), name="lead_contact"),
        ]

    def __str__(self) -> str:
        return f"{_('Lead')} {self.pk}"

    @property
    def waiting_since(self) -> datetime:
        """As `WAITING_SINCE` has it."""
        return max(at for at in (self.arrived_at, self.ready_at, self.decided_at) if at is not None)
