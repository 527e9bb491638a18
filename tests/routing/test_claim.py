"""Pools: pulling, claiming, putting back, and what a claim costs."""

import pytest

from leads.models import Lead, LeadPrivate
from routing import claim, handles, live
from routing.engine.ledger import UNIT
from routing.models import Assignment, LedgerEntry, Share
from routing.watch import audit
from tests import factories as make
from tests.factories.people import LONG_AGO

pytestmark = pytest.mark.django_db

POOL = [{"strategy": "pool", "options": {"mode": "blind"}}]


@pytest.fixture
def ana(db):
    return make.rep("Ana")


@pytest.fixture
def team(ana):
    made = make.group("Pool", [ana, make.rep("Ben")], pool="blind", steps=POOL)
    make.publish(make.rule(made, name="Pool"))
    return made


def pooled(count=1, **fields):
    leads = make.arrive(count, **fields)
    live.route_ready(1)
    return leads


def sound():
    return [f for f in audit() if f.broken] == []


def test_pull_gives_the_oldest_and_counts_as_one_lead(ana, team):
    first, _second = pooled(2)

    lead = claim.pull(group=team, rep=ana, by=ana.user)

    assert lead.pk == first.pk
    assert (lead.owner, lead.state, lead.hop) == (ana, "assigned", 1)
    assert LedgerEntry.objects.get().kind == "forced"
    assert Share.objects.get(rep=ana).balance == UNIT // 2 - UNIT
    assert sound()


def test_a_claim_is_extra_where_the_group_says_so(ana, team):
    team.count_claims = False
    team.save()
    pooled()

    claim.pull(group=team, rep=ana, by=ana.user)

    assert not LedgerEntry.objects.exists()


def test_a_card_shows_only_what_the_group_made_public(ana, team):
    pooled(name="CANARY", company="CANARY", email="canary@canary.example", message="CANARY", country="DE", source="Web")

    pool = claim.pool_of(team, ana, now=Lead.objects.get().arrived_at, most=10)

    (card,) = pool.cards
    assert card.shown == {"source": "Web", "country": "DE"}
    assert "canary" not in repr(card).lower()


def test_a_card_tells_the_priority_that_orders_it(ana, team, client):
    leads = pooled(3)
    for lead, band in zip(leads, (7, 5, 3), strict=True):
        Lead.objects.filter(pk=lead.pk).update(band=band)
    client.force_login(ana.user)

    page = client.get("/pool/").content.decode()

    assert page.index("High priority (3)") < page.index("Low priority (7)")
    assert "priority (5)" not in page


def test_handles_differ_by_viewer_and_cannot_be_forged(ana):
    mine, theirs = handles.seal(viewer=1, lead=7), handles.seal(viewer=2, lead=7)

    assert mine != theirs
    assert handles.unseal(mine, viewer=1) == 7
    assert [handles.unseal(h, viewer=1) for h in (theirs, mine[:-2] + "AA", "", "7", "ä")] == [None] * 5


def test_a_claimed_lead_is_gone_and_the_loser_learns_nothing(ana, team):
    (lead,) = [pooled()]
    ben = team.memberships.exclude(rep=ana).get().rep
    handle = handles.seal(viewer=ben.pk, lead=lead.pk)
    claim.pull(group=team, rep=ana, by=ana.user)

    with pytest.raises(claim.NotClaimedError) as refused:
        claim.claim(rep=ben, by=ben.user, handle=handle)

    assert refused.value.code == "faster"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda ana, team: setattr(ana, "cap_open", 0) or ana.save(), "at_cap"),
        (lambda ana, team: setattr(team, "claims_per_day", 0) or team.save(), "too_many"),
        (lambda ana, team: ana.pauses.create(starts_at=LONG_AGO), "off_duty"),
        (lambda ana, team: team.memberships.filter(rep=ana).delete(), "not_yours"),
    ],
)
def test_who_may_not_claim_is_told_why(ana, team, change, code):
    pooled()
    change(ana, team)

    with pytest.raises(claim.NotClaimedError) as refused:
        claim.pull(group=team, rep=ana, by=ana.user)

    assert refused.value.code == code
    assert Lead.objects.get().state == "pooled"


def test_put_back_hides_it_again_and_the_turn_stays_paid(ana, team):
    pooled()
    lead = claim.pull(group=team, rep=ana, by=ana.user)

    claim.put_back(lead=lead, rep=ana, by=ana.user, reason="no_time")

    lead.refresh_from_db()
    assert (lead.state, lead.owner, lead.group) == ("pooled", None, team)
    assert Assignment.objects.get().end == "put_back"
    assert Share.objects.get(rep=ana).received == 1
    assert not Lead.objects.visible_to(ana.user, now=lead.arrived_at).exists()
    assert sound()
    with pytest.raises(claim.NotPutBackError):
        claim.put_back(lead=lead, rep=ana, by=ana.user, reason="no_time")


def test_before_the_claim_no_member_sees_the_lead(ana, team):
    pooled()
    lead = Lead.objects.get()

    assert LeadPrivate.objects.count() == 1
    assert not Lead.objects.visible_to(ana.user, now=lead.arrived_at).exists()
    claim.pull(group=team, rep=ana, by=ana.user)
    assert Lead.objects.visible_to(ana.user, now=lead.arrived_at).get() == lead
