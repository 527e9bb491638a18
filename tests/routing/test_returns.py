"""Rulings on leads handed back: an approved one gives everybody's share back, once."""

import pytest

from leads.models import Lead
from routing import live, returns, watch
from routing.assign import NotYoursError
from routing.models import LedgerEntry, Return, Share
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def given_back(db):
    ana, ben = make.rep("Ana"), make.rep("Ben")
    make.publish(make.rule(make.group("DACH", [ana, ben]), name="All"))
    made = make.arrive(3)[0]
    live.route_ready(1)
    lead = Lead.objects.get(pk=made.pk)
    owner = lead.owner
    return returns.give_back(lead=lead, rep=owner, by=owner.user, reason=Return.Reason.SPAM, note="")


def received():
    return sum(Share.objects.exclude(rep=None).values_list("received", flat=True))


def sound():
    return [finding.code for finding in watch.audit() if finding.broken] == []


def test_an_approved_return_is_reversed_whole_and_only_once(given_back):
    boss = make.user("Boss")

    assert returns.rule_on(given_back=given_back, approve=True, by=boss)
    with pytest.raises(NotYoursError):
        returns.rule_on(given_back=given_back, approve=False, by=boss)

    given_back.refresh_from_db()
    assert (given_back.ruling, given_back.ruled_by, given_back.ruled_at is not None) == ("approved", boss, True)
    undone = LedgerEntry.objects.get(kind="reversed")
    assert (undone.lead_id, undone.reverses.winner) == (given_back.lead_id, given_back.rep_id)
    assert received() == 2
    assert sound()


def test_a_refused_return_keeps_the_turn_spent(given_back):
    assert not returns.rule_on(given_back=given_back, approve=False, by=None)

    assert Return.objects.get().ruling == "refused"
    assert not LedgerEntry.objects.filter(kind="reversed").exists()
    assert received() == 3


def test_what_did_not_count_has_nothing_to_reverse(given_back):
    LedgerEntry.objects.filter(lead=given_back.lead_id).update(winner=None)

    assert not returns.rule_on(given_back=given_back, approve=True, by=None)
