"""Offers: one rep is asked for a while; yes, no, silence, and what people do meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.models import Delivery, Lead, LeadEvent, LeadEventPrivate
from routing import claim, hand, live, offers
from routing.engine.ledger import UNIT
from routing.models import Assignment, LedgerEntry, Offer, Share, Timer
from routing.sweep import Sweep
from routing.watch import audit
from tests import factories as make
from tests.routing.test_races import together

pytestmark = pytest.mark.django_db

STEPS = [{"strategy": name} for name in ("availability", "capacity", "weighted")] + [
    {"strategy": "offer", "options": {"seconds": 120}}
]


@pytest.fixture
def pair(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    team = make.group("DACH", [ana, ben], steps=STEPS, respond_within=30)
    make.publish(make.rule(team, name="All"))
    return ana, ben, team


def offered(**fields):
    """A lead that arrived, and the offer that was made of it."""
    lead = make.arrive(**fields)
    live.route_ready(1)
    return Lead.objects.get(pk=lead.pk), Offer.objects.get(lead=lead, answered_at=None)


def lapsed(offer):
    Offer.objects.filter(pk=offer.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return offers.lapse(1)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def sound():
    return [line for finding in audit() for line in finding.broken] == []


def test_an_offer_is_told_and_nobody_owns_the_lead_meanwhile(pair):
    ana, _ben, team = pair

    lead, offer = offered()

    told = Delivery.objects.filter(lead=lead, event="offered")
    assert (lead.state, lead.owner, lead.group, lead.hop) == ("offered", None, team, 0)
    assert (offer.rep, offer.group, offer.hop) == (ana, team, 0)
    assert offer.due_at - offer.offered_at == timedelta(seconds=120)
    assert {row.rep for row in told} == {ana}
    assert not Assignment.objects.exists()
    assert not Lead.objects.visible_to(ana.user, now=timezone.now()).exists()
    assert sound()


def test_accepting_makes_it_theirs_and_starts_the_clock(pair):
    ana, _ben, team = pair
    team.escalation = [{"after": 600, "do": "remind"}, {"after": 1800, "do": "release"}]
    team.save()
    _lead, offer = offered()

    lead = offers.accept(offer=offer, rep=ana, by=ana.user)

    spell = Assignment.objects.get(lead=lead)
    assert (lead.state, lead.owner, lead.hop) == ("assigned", ana, 1)
    assert (spell.how, spell.rep, spell.decision_id) == ("offer", ana, offer.decision_id)
    assert lead.due_at - spell.starts_at == timedelta(minutes=30)
    assert list(Timer.objects.filter(lead=lead, hop=1).order_by("due_at").values_list("kind", flat=True)) == [
        "remind", "release",
    ]  # fmt: skip
    assert fresh(offer).answer == "accepted"
    assert LedgerEntry.objects.get().winner == ana.pk  # the turn was taken when it was offered
    assert list(LeadEvent.objects.filter(lead=lead).values_list("kind", flat=True)) == [
        "received", "offered", "accepted",
    ]  # fmt: skip
    assert sound()


def test_declining_asks_the_next_and_the_turn_is_spent(pair):
    ana, ben, _team = pair
    lead, offer = offered()

    offers.decline(offer=offer, rep=ana, by=ana.user, reason="On my way to the airport")
    live.route_ready(1)

    assert (fresh(offer).answer, Offer.objects.get(lead=lead, answered_at=None).rep) == ("declined", ben)
    assert Share.objects.get(rep=ana).balance == UNIT // 2 - UNIT
    assert Share.objects.get(rep=ana).received == 1
    private = LeadEventPrivate.objects.get(event__kind="declined")
    assert private.payload == {"reason": "On my way to the airport"}
    assert "airport" not in str(LeadEvent.objects.get(kind="declined").payload)
    assert sound()


def test_a_free_decline_gives_everything_back(pair):
    ana, ben, team = pair
    team.free_decline = True
    team.save()
    lead, offer = offered()

    offers.decline(offer=offer, rep=ana, by=ana.user)

    assert dict(Share.objects.values_list("rep", "balance")) == {ana.pk: 0, ben.pk: 0}
    assert list(LedgerEntry.objects.order_by("pk").values_list("kind", flat=True)) == ["share", "reversed"]
    live.route_ready(1)
    assert Offer.objects.get(lead=lead, answered_at=None).rep == ben
    assert sound()


@pytest.mark.parametrize("end", ["lapse", "decline"])
def test_who_has_been_asked_by_all_goes_to_the_desk_with_the_reason(pair, end):
    ana, ben, _team = pair
    lead, offer = offered()
    for rep in (ana, ben):
        offer = Offer.objects.get(lead=lead, answered_at=None)
        assert offer.rep == rep
        if end == "lapse":
            assert lapsed(offer) == 1
        else:
            offers.decline(offer=offer, rep=rep, by=rep.user)
        live.route_ready(1)

    assert (fresh(lead).state, fresh(lead).reason) == ("desk", "nobody_left")
    assert set(Offer.objects.values_list("answer", flat=True)) == {"lapsed" if end == "lapse" else "declined"}
    assert sound()


def test_a_lapse_is_found_by_the_sweeper_and_goes_to_the_next(pair):
    _ana, ben, _team = pair
    lead, offer = offered()
    Offer.objects.filter(pk=offer.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    Sweep().once()

    assert fresh(offer).answer == "lapsed"
    assert Offer.objects.get(lead=lead, answered_at=None).rep == ben
    assert "lapsed" in LeadEvent.objects.filter(lead=lead).values_list("kind", flat=True)


def test_what_is_over_cannot_be_answered(pair):
    ana, ben, _team = pair
    lead, offer = offered()
    refused = [lambda: offers.accept(offer=offer, rep=ben, by=ben.user)]  # never theirs
    Offer.objects.filter(pk=offer.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    refused += [
        lambda: offers.accept(offer=offer, rep=ana, by=ana.user),
        lambda: offers.decline(offer=offer, rep=ana, by=ana.user),
    ]

    for act in refused:
        with pytest.raises(offers.NotOfferedError):
            act()

    assert fresh(lead).state == "offered"
    assert offers.open_offers(ana, now=timezone.now()) == []


def test_an_offer_to_who_leaves_is_withdrawn_and_the_turn_given_back(pair):
    ana, ben, _team = pair
    lead, offer = offered()

    hand.leave(plan=hand.Leave(rep=ana), by=None)

    assert (fresh(lead).state, fresh(offer).answer) == ("ready", "withdrawn")
    assert dict(Share.objects.values_list("rep", "balance")) == {ana.pk: 0, ben.pk: 0}
    with pytest.raises(offers.NotOfferedError):
        offers.accept(offer=offer, rep=ana, by=ana.user)
    assert sound()


def test_an_open_offer_counts_against_the_caps(pair):
    ana, ben, team = pair
    team.memberships.update(cap_open=1)
    _lead, offer = offered()
    _other, second = offered()
    last = make.arrive()
    live.route_ready(1)

    assert {offer.rep, second.rep} == {ana, ben}
    assert (fresh(last).state, fresh(last).reason) == ("desk", "nobody_left")


def test_open_offers_are_the_readers_own_the_first_to_lapse_first(pair):
    ana, ben, _team = pair
    offered()
    offered()
    _lead, later = offered()
    _lead, of_ben = offered()

    mine = offers.open_offers(ana, now=timezone.now())

    assert [offer.rep for offer in mine] == [ana, ana]
    assert mine[-1] == later
    assert of_ben.rep == ben


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Of two acts on one offer exactly one is done."""

    def test_two_accepts(self, pair):
        ana, _ben, _team = pair
        for _round in range(8):
            lead, offer = offered()
            if offer.rep != ana:
                lapsed(offer)
                live.route_ready(1)
                offer = Offer.objects.filter(lead=lead, answered_at=None).first()

            answers = together(*[lambda o=offer: offers.accept(offer=o, rep=ana, by=ana.user)] * 2)

            assert sorted(type(a).__name__ for a in answers) == ["Lead", "NotOfferedError"]
            assert Assignment.objects.filter(lead=lead).count() == 1
        assert sound()

    def test_an_accept_against_the_lapse(self, pair):
        for _round in range(8):
            lead, offer = offered()
            Offer.objects.filter(pk=offer.pk).update(due_at=timezone.now() + timedelta(milliseconds=20))

            def run_out():
                while not offers.overdue(1, now=timezone.now()):
                    if fresh(offer).answered_at:  # noqa: B023 - used up in this round
                        return 0
                return offers.lapse(1)

            accepted, gone = together(lambda o=offer: offers.accept(offer=o, rep=o.rep, by=o.rep.user), run_out)

            answer = fresh(offer).answer
            assert answer == ("accepted" if isinstance(accepted, Lead) else "lapsed")
            assert gone == (0 if answer == "accepted" else 1)
            assert (fresh(lead).owner_id is not None) is (answer == "accepted")
            while live.route_ready(1).count:
                pass
        assert sound()


def test_a_claim_cannot_take_what_is_offered(pair):
    ana, _ben, team = pair
    team.pool = "open"
    team.save()
    offered()

    with pytest.raises(claim.NotClaimedError):
        claim.pull(group=team, rep=ana, by=ana.user)


def test_an_offer_is_withdrawn_when_a_manager_gives_the_lead(pair):
    lead, offer = offered()
    other = next(rep for rep in pair[:2] if rep.pk != offer.rep_id)

    hand.give(lead=lead, rep=other, group=lead.group, by=make.user("Boss"))

    assert (fresh(lead).owner_id, fresh(offer).answer) == (other.pk, "withdrawn")


def test_an_offered_lead_can_be_routed_again_and_the_turn_is_given_back(pair):
    lead, offer = offered()

    assert hand.route_again(leads=[lead], by=None) == 1

    assert (fresh(lead).state, fresh(offer).answer) == ("ready", "withdrawn")
    assert LedgerEntry.objects.filter(kind="reversed", winner=offer.rep_id).count() == 1
