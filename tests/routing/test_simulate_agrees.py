"""Replay equals live, on the real database.

Hundreds of leads are routed, pulled, given, handed over, returned, offered and closed while the team changes; folded
again from what is on record, every decision and every balance is the same.
"""

import random
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads import respond
from leads.life import TouchKind
from leads.models import Lead, Stage
from reps import availability
from reps.models import Group, Membership, Pause, Rep, RepSkill, Skill
from routing import claim, halt, hand, offers, returns, rulesets
from routing.assign import NotYoursError
from routing.claim import NotClaimedError
from routing.engine.ledger import LedgerEntry as Entry
from routing.models import Assignment, Decision, LedgerEntry, Offer, Return, RuleSet
from routing.simulate import past, recorded
from routing.sweep import Sweep
from routing.watch import audit
from tests import factories as make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.property, pytest.mark.long]

LEADS = 300


def leaf(field, operator, value):
    return {"field": field, "operator": operator, "value": value}


class Company:
    """Three groups that share in different ways, and whatever their people happen to do."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.boss = make.user("Boss", is_superuser=True)
        self.reps = [make.rep(f"Rep {n}", cap_open=60 if n % 3 else None) for n in range(9)]
        a, b, c = self.reps[:4], self.reps[3:7], self.reps[6:]
        shared = [{"strategy": "availability"}, {"strategy": "capacity"}, {"strategy": "weighted"}]
        self.germany = make.group("DACH", steps=shared)
        for n, rep in enumerate(a):
            make.join(self.germany, rep, weight=1 + n % 3, cap_open=25, cap_hour=30 if n else 12)
        waits = [{"strategy": "availability"}, {"strategy": "pool"}]
        self.pool = make.group("France", b, put_backs_per_day=None, pool="open", steps=waits)
        asked = [*shared[:2], {"strategy": "not_again"}, shared[2], {"strategy": "offer", "options": {"seconds": 600}}]
        self.offered = make.group("Offers", steps=asked, free_decline=True)
        for rep in c:
            make.join(self.offered, rep, cap_open=3)
        make.publish(
            make.rule(self.germany, leaf("country", "is", "DE"), name="DE", otherwise=[{"to": "hold"}]),
            make.rule(self.pool, leaf("country", "is", "FR"), name="FR"),
            make.rule(self.offered, leaf("country", "is", "AT"), name="AT", otherwise=[{"to": "hold"}]),
            make.rule(None, leaf("country", "is", "GB"), name="GB", to="desk"),
            make.rule(self.germany, name="Rest"),
        )

    def some(self, *states, **wanted):
        rows = list(
            Lead.objects.filter(state__in=states, **wanted)
            .select_related("owner__user", "stage", "division")
            .order_by("pk")
        )
        return self.random.choice(rows) if rows else None

    def one(self, rows):
        found = list(rows.order_by("pk"))
        return self.random.choice(found) if found else None

    def arrive(self):
        country = self.random.choice(["DE", "DE", "DE", "FR", "AT", "GB", "ES"])
        made = make.arrive(self.random.randint(2, 9), country=country)
        return len(made)

    def pull(self):
        rep = self.random.choice(self.reps[3:7])
        with suppress(NotClaimedError):
            claim.pull(group=self.pool, rep=rep, by=rep.user)

    def put_back(self):
        spell = self.one(Assignment.objects.filter(how="claim", ends_at=None).select_related("lead", "rep__user"))
        if spell and spell.lead.state == "assigned" and not spell.lead.responded_at:
            claim.put_back(lead=spell.lead, rep=spell.rep, by=spell.rep.user, reason="no_time")

    def give(self):
        lead = self.some("desk", "held")
        if lead:
            rep = self.random.choice(self.reps[:4])
            hand.give(lead=lead, rep=rep, group=self.germany, by=self.boss)

    def hand_over(self):
        lead, rep = self.some("assigned"), self.random.choice(self.reps)
        if lead:
            hand.hand_over(leads=[lead], rep=rep, by=self.boss, why="", now=timezone.now())

    def release(self):
        lead = self.some("assigned")
        if lead:
            hand.release(leads=[lead], by=self.boss, why="", now=timezone.now(), bar=self.random.random() < 0.5)

    def again(self):
        lead = self.some("assigned", "desk", "pooled")
        if lead:
            hand.route_again(leads=[lead], by=self.boss)

    def give_back(self):
        lead = self.some("assigned")
        if lead and not Return.objects.filter(lead=lead, hop=lead.hop).exists():
            returns.give_back(lead=lead, rep=lead.owner, by=lead.owner.user, reason=Return.Reason.SPAM, note="")

    def answer(self):
        offer = self.one(Offer.objects.filter(answered_at=None).select_related("rep__user", "lead"))
        if offer and self.random.random() < 0.6:
            offers.accept(offer=offer, rep=offer.rep, by=offer.rep.user)
        elif offer:
            offers.decline(offer=offer, rep=offer.rep, by=offer.rep.user)

    def work(self):
        lead = self.some("assigned")
        if lead:
            respond.touch(lead=lead, rep=lead.owner, by=lead.owner.user, kind=TouchKind.EMAIL, now=timezone.now())

    def close(self):
        lead = self.some("assigned")
        if lead:
            stage = Stage.objects.get(metric=self.random.choice(["won", "lost", "meeting_booked"]))
            respond.move_stage(lead=lead, stage=stage, by=lead.owner.user, now=timezone.now(), reason="so")

    def reopen(self):
        lead = self.some("closed", owner__isnull=False)
        if lead:
            stage = Stage.objects.get(metric="contacted")
            respond.move_stage(lead=lead, stage=stage, by=self.boss, now=timezone.now())

    def pause(self):
        rep = self.random.choice(self.reps)
        until = self.random.choice([None, timezone.now() + timedelta(hours=1)])
        if not Pause.objects.at(timezone.now()).filter(rep=rep).exists():
            availability.pause(rep=rep, by=rep.user, now=timezone.now(), until=until)

    def resume(self):
        pause = self.one(Pause.objects.at(timezone.now()))
        if pause:
            availability.resume(rep=pause.rep, now=timezone.now())

    def weigh(self):
        """A weight is edited: the old row ends, a new one begins."""
        now = timezone.now()
        row = self.one(Membership.objects.at(now).filter(group=self.germany))
        Membership.objects.filter(pk=row.pk).update(ends_at=now)
        row.pk, row.starts_at, row.weight = None, now, self.random.randint(0, 4)
        row.percent = self.random.choice([100, 100, 50, 25])  # a ramp
        row.save(force_insert=True)

    def limit(self):
        row = self.random.choice(self.reps[:4])
        Rep.objects.filter(pk=row.pk).update(cap_open=self.random.choice([None, 3, 10, 60]))

    def reorder(self):
        """The group shares by other steps from now on."""
        steps = Group.objects.get(pk=self.germany.pk).steps
        last = {"strategy": self.random.choice(["weighted", "least_loaded", "random", "round_robin"])}
        Group.objects.filter(pk=self.germany.pk).update(steps=[*steps[:2], last])

    def learn(self):
        skill, _new = Skill.objects.get_or_create(kind="language", value="de")
        rep = self.random.choice(self.reps)
        if not RepSkill.objects.filter(rep=rep, skill=skill).exists():
            RepSkill.objects.create(rep=rep, skill=skill, starts_at=timezone.now())

    def stand_still(self):
        halt.pause(division_id=1, group=self.germany, why="", by=self.boss)
        self.arrive()
        Sweep().once()
        halt.resume(division_id=1, group=self.germany, by=self.boss)

    def leave(self):
        """Somebody stops working here: what they were owed goes to the house."""
        rep = self.reps[5]
        Membership.objects.at(timezone.now()).filter(rep=rep).update(ends_at=timezone.now())
        Rep.objects.filter(pk=rep.pk).update(active=False)

    def publish(self):
        rule_set = RuleSet.objects.get()
        rule = rule_set.rules.get(name="Rest")
        rule.group = self.random.choice([self.germany, self.pool])
        rule.save()
        rulesets.publish(rule_set=rule_set, by=None, comment="", now=timezone.now())

    def a_day(self):
        acts = [
            self.pull, self.pull, self.put_back, self.give, self.hand_over, self.release, self.again, self.give_back,
            self.answer, self.answer, self.work, self.close, self.close, self.reopen, self.pause, self.resume,
            self.weigh, self.limit, self.reorder, self.learn, self.stand_still,
        ]  # fmt: skip
        arrived = 0
        while arrived < LEADS:
            arrived += self.arrive()
            Sweep().once()
            for act in self.random.sample(acts, 4):
                with suppress(NotYoursError):
                    act()
                Sweep().once()
            if arrived > LEADS // 2 and Rep.objects.filter(pk=self.reps[5].pk, active=True).exists():
                self.leave()
                self.publish()
        Sweep().once()


@pytest.mark.parametrize("seed", [1, 3])
def test_the_records_of_a_busy_day_folded_again_say_what_live_said(seed):
    began = timezone.now() - timedelta(minutes=1)
    company = Company(seed)
    company.a_day()

    found = recorded.replayed(1, since=began, until=timezone.now())

    assert not any(finding.broken for finding in audit())
    assert found.differs == []
    assert found.wrong_balances == []
    assert found.same == found.decisions == Decision.objects.count() > LEADS
    hows = set(Assignment.objects.values_list("how", flat=True))
    assert {"rule", "offer", "claim", "manual", "hand_over"} <= hows
    kinds = set(LedgerEntry.objects.values_list("kind", flat=True))
    assert {"share", "forced", "reversed", "left"} <= kinds


def test_it_begins_anywhere_with_the_load_and_the_shares_of_that_instant():
    company = Company(4)
    company.a_day()
    middle = Decision.objects.order_by("pk")[Decision.objects.count() // 2].at

    found = recorded.replayed(1, since=middle, until=timezone.now())

    assert found.differs == found.wrong_balances == []
    before = [past.entry_of(row) for row in LedgerEntry.objects.filter(at__lt=middle).order_by("pk")]
    assert past.balances_at(1, middle) == {key: units for key, units in ledger(before).items() if units}


def ledger(entries):
    from routing.engine.ledger import replay

    assert any(isinstance(entry, Entry) for entry in entries)
    return replay(entries)


def test_ninety_demo_days_folded_again_say_what_live_said():
    out = StringIO()

    call_command("bench", simulate=True, rounds=1, stdout=out)

    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("  replayed as recorded")
    assert lines[2].endswith("reached")
