"""Two worlds that differ only in what is hidden before the claim: a database, and its copy with other values.

A copy has the same rows under the same numbers, so nothing needs masking: whatever differs in an answer was hidden.
"""

import os
import random
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from unittest import mock

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core.cache import cache
from django.db import connections
from django.db import models as m
from django.test import Client

from leads.forms import build as forms
from leads.models import Contact, ContactKey, Lead
from reps import sessions, vapid
from reps.models import Group
from routing import claim, live, returns
from routing.models import Offer, Return
from tests import factories as make
from tests.architecture.columns import PERSONAL, named

CANARY = "CANARY7Q"
AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BLIND = [{"strategy": "pool", "options": {"mode": "blind"}}]
# What the viewer wrote about a lead while it was theirs.
OWN_WORDS = {"routing.Return.note"}
STATES = ["assigned", "offered", "pooled", "pooled", "pooled", "pooled"]
SHOWN = ["source", "country", "industry"]  # what the groups made public

# Every column of a lead must be placed. What a rep may know of a lead that waits: that it is there, where, since when,
# and the public band. What it went through under its number may be known too, as the rep was asked or told of it.
OPEN_COLUMNS = (
    "id uid division kind state stage group owner hop band arrived_at ready_at decided_at assigned_at due_at opened_at "
    "waiting_until tries reason sole connection stage_at stage_news handed_stage closed_at sourced_by booked_with"
)
HIDDEN_COLUMNS = (
    "account account_how account_score campaign channel contact country error external_id industry intent lost_reason "
    "merged_into reached_at ready_by region responded_at score_band size_band source won_amount won_base "
    "won_base_currency won_currency wrote_again_at"
)
# Hidden, but empty by nature while a lead waits: a check of the database would refuse another value.
STAYS = frozenset(["contact", "account_how", "merged_into", "ready_by", "lost_reason", "reached_at", "responded_at"])
STAYS |= frozenset(["won_amount", "won_base", "won_base_currency", "won_currency"])
STAYS |= frozenset(["account_score", "wrote_again_at", "error"])


def lead_fields(n=0):
    """What a lead says of itself; the same canary in every place."""
    return {
        "name": f"{CANARY} name {n}",
        "company": f"{CANARY} company {n}",
        "email": f"{CANARY}{n}@canary7q{n}.example",
        "phone": f"+49 30 5550 77{n:02}",
        "message": f"{CANARY} message {n}",
        "job_title": f"{CANARY} title",
        "city": f"{CANARY} city",
        "campaign": f"{CANARY} campaign",
        "product": f"{CANARY} product",
        "answers": {"why": f"{CANARY} answer"},
        "deal_size": 77771 + n,
        "region": f"{CANARY} region",
        "intent": "demo",
        "country": "DE",
        "industry": "Logistics",
        "source": "Fair",
    }


def build():
    """A blind pool with leads, one of them taken by a colleague; a blind offer; and leads of the viewer's own."""
    vapid.public_key()  # made once per installation
    ana, ben = make.rep("Ana"), make.rep("Ben")
    pool = make.group("Pool", [ana, ben], pool="blind", steps=BLIND, public_fields=SHOWN)
    asks = make.group("Asks", [ana], steps=[{"strategy": "offer", "options": {"seconds": 86_400}}], public_fields=SHOWN)
    own = make.group("Own", [ana])
    version = make.publish(
        make.rule(asks, {"field": "intent", "operator": "is", "value": "pricing"}, name="Asked"),
        make.rule(own, {"field": "intent", "operator": "is", "value": "trial"}, name="Own"),
        make.rule(pool, name="Pool"),
    )
    hidden = [make.arrive(**lead_fields(n)) for n in range(4)]
    asked = make.arrive(**lead_fields(7) | {"intent": "pricing"})
    mine = make.arrive(name="Mine", company="Mine", email="mine@mine.example", intent="trial", country="DE")
    live.route_ready(1)
    taken = claim.pull(group=pool, rep=ben, by=ben.user)
    back = make.arrive(**lead_fields(8) | {"intent": "trial"})
    live.route_ready(1)
    # The viewer had it once and gave it back; by now it waits in the pool, and is as hidden as the others.
    returns.give_back(lead=back, rep=ana, by=ana.user, reason=Return.Reason.OTHER, note="")
    Lead.objects.filter(pk=back.pk).update(state="pooled", group=pool)
    Lead.objects.update(arrived_at=AT - timedelta(hours=1))
    leads = [Lead.objects.get(pk=lead.pk) for lead in [*hidden, asked, back]]
    assert sorted(lead.state for lead in leads) == STATES
    draft = make.shared(version.rule_set, [pool, own], by=ben.user)
    return SimpleNamespace(
        viewer=ana,
        draft=draft,
        leads=leads,
        taken=taken,
        mine=Lead.objects.get(pk=mine.pk),
        pool=pool,
        rules=version.rule_set,
        offer=Offer.objects.get(rep=ana, answered_at=None),
        form=forms.new(name="Contact", pattern="contact", division=pool.division),
    )


def hide(world, value=None):
    """Change every hidden column of the leads the viewer does not own, in the world that is connected.

    `value(field, value, n)` gives the new one, `other` unless told.
    """
    value = value or other
    leads = [lead.pk for lead in world.leads]
    shown = set(Group.objects.get(pk=world.pool.pk).public_fields)
    columns = set(HIDDEN_COLUMNS.split()) - STAYS - shown
    change(Lead.objects.filter(pk__in=leads), columns, value)
    for column in set(named(PERSONAL)) - OWN_WORDS:
        label, _dot, name = column.rpartition(".")
        rows = rows_of(apps.get_model(label), leads)
        if rows is not None:
            change(rows, {name} - {"external_id"}, value)
    private = apps.get_model("leads.LeadPrivate")
    change(private.objects.filter(lead__in=leads), {"employees", "score", "deal_amount"}, value)


def rows_of(model, leads):
    """The model's rows about these leads; None where a row of it is about no lead."""
    if model is Lead:
        return None
    contacts = Lead.objects.filter(pk__in=leads).values("contact")
    if model is Contact:
        return Contact.objects.filter(pk__in=contacts)
    if model is ContactKey:
        return ContactKey.objects.filter(contact__in=contacts)
    names = {f.name for f in model._meta.concrete_fields}
    if "lead" in names:
        return model.objects.filter(lead__in=leads)
    return model.objects.filter(event__lead__in=leads) if "event" in names else None


def change(rows, columns, value):
    """Give each of the columns another value everywhere."""
    for row in rows:
        for name in columns:
            setattr(row, name, value(row._meta.get_field(name), getattr(row, name), row.pk))
        if columns:
            type(row).objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in columns})


def other(field, value, n):
    """A value of the kind that is not the one given, and in another order among its like."""
    if isinstance(field, m.JSONField):
        return turned(value)
    if isinstance(value, str) or isinstance(field, m.CharField | m.TextField):
        most = getattr(field, "max_length", None) or 1000
        return f"{10**6 - n} {turned(value or '')}"[:most]
    if isinstance(field, m.BinaryField):
        return bytes(value or b"")[::-1] + b"x"
    if isinstance(field, m.DecimalField):
        return 900_000 - (value or Decimal(0))
    if isinstance(field, m.IntegerField):
        return 900 - (value or 0) % 900
    return value


def turned(value):
    """Text backwards and longer, numbers by another, nested things inside."""
    if isinstance(value, dict):
        return {key: turned(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [turned(inner) for inner in value]
    if isinstance(value, str):
        return value[::-1] + "xyz"[: len(value) % 4]
    return 900_000 - value if isinstance(value, int | float) and not isinstance(value, bool) else value


def still_history():
    """What was noted by another clock is noted at the instant at which the pages' clock stands."""
    for model in apps.get_app_config("reps").get_models():
        if any(field.name == "pgh_created_at" for field in model._meta.concrete_fields):
            model.objects.update(pgh_created_at=AT)
    UserSession.objects.update(created_at=AT, last_seen_at=AT)


@contextmanager
def twin():
    """A copy of the connected database; gives a way to stand in either world: `with stand(other=True)`."""
    first = connections["default"]
    name, copy = first.settings_dict["NAME"], f"{first.settings_dict['NAME']}_twin"
    first.close()
    quoted = [first.ops.quote_name(copy), first.ops.quote_name(name)]
    with first._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted[0]} WITH (FORCE)")
        cursor.execute("CREATE DATABASE {} TEMPLATE {}".format(*quoted))
    second = connections.create_connection("default")
    second.settings_dict = {**first.settings_dict, "NAME": copy}

    @contextmanager
    def stand(*, other, fresh=True):
        connections["default"] = second if other else first
        if fresh:
            cache.clear()
            sessions._noted.clear()  # what a process remembers of a session, each world is to be told anew
        try:
            yield
        finally:
            connections["default"] = first

    try:
        yield stand
    finally:
        second.close()
        with first._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {quoted[0]} WITH (FORCE)")


# Where Django reads the clock for a header.
CLOCKS = ("http.response", "utils.cache", "core.signing", "contrib.sessions.middleware")


@contextmanager
def standing_still(seed=7):
    """The clock of the pages stands; gives what to call so that the next is drawn by the same lots."""
    lots = random.Random(seed)
    with ExitStack() as stack:
        for patch in (
            mock.patch("django.utils.timezone.now", return_value=AT),
            *(mock.patch(f"django.{place}.time", SimpleNamespace(time=AT.timestamp)) for place in CLOCKS),
            mock.patch.object(os, "urandom", lots.randbytes),
            mock.patch.object(random, "_urandom", lots.randbytes),
        ):
            stack.enter_context(patch)
        yield lambda: lots.seed(seed)


def sessions_of(user):
    """The cookie of a signed-in session, made before the copy so that both worlds know it."""
    client = Client()
    client.force_login(user)
    return {key: morsel.value for key, morsel in client.cookies.items()}
