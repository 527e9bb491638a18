"""One more of everything that managers and ops see in lists, to look whether a page asks more for more."""

from datetime import date, timedelta
from itertools import count

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils import timezone

from leads.life import State
from leads.models import (
    CompanyRecord,
    Export,
    Hook,
    HookDelivery,
    Intake,
    Lead,
    QualificationRule,
    SavedView,
    ScoreBand,
    ScoreRow,
    Stage,
    Task,
    WorkPlan,
)
from reps.models import (
    CalendarFeed,
    Endpoint,
    ExchangeRate,
    Invitation,
    Pause,
    RepSkill,
    Skill,
    Territory,
    TerritoryCover,
    TimeOff,
)
from reps.models.division import SEEDED
from routing import live, returns, rulesets
from routing.models import (
    Act,
    Comment,
    DeskTime,
    FileImport,
    GroupPage,
    HandRule,
    Merge,
    Proposal,
    Question,
    Return,
    RoutingPause,
    Rule,
    RuleSet,
    Simulation,
)
from routing.simulate import Result
from tests import factories as make
from tests.factories.people import LONG_AGO

TURNS = [{"strategy": name} for name in ("availability", "capacity", "weighted")]
_CURRENCIES = ("USD", "CHF", "NOK", "SEK", "GBP")
_n = count(1)


class House:
    """Odile runs it; `more` adds one of everything, and one more to the group, the rep and the draft of before."""

    def __init__(self):
        self.odile = make.user("Odile", is_ops=True, is_superuser=True)
        self.rules = make.rule_set({"to": Rule.To.DESK, "name": "Rest", "condition": None})
        self.ana, self.group = make.rep("Ana"), make.group("First", steps=TURNS)
        self._publish()
        self.asked = make.shared(self.rules, [], by=self.odile)
        self._publish()
        self.sides = {"here": {}, "there": {}}

    def more(self):
        """One of everything."""
        n = next(_n)
        self.now = timezone.now()
        group, pool = self._team(n)
        self._rules(n, group, pool)
        self._leads(n, group)
        self._talk(n, group)
        self._doors(n)
        self._records(n)

    def _team(self, n):
        self.rep, other = make.rep(f"Rep {n}", cap_open=9), make.rep(f"Rep {n} b")
        group = make.group(f"Group {n}", [self.rep, other], steps=TURNS)
        pool = make.group(f"Pool {n}", [self.rep, other], pool="blind")
        for one in (group, pool):
            make.join(one, self.ana)
        make.join(self.group, self.rep)
        make.join(group, make.rep(f"Gone {n}"), ends_at=self.now - timedelta(days=3))
        skill = Skill.objects.create(kind="industry", value=f"Skill {n}")
        RepSkill.objects.create(rep=self.rep, skill=skill, starts_at=LONG_AGO)
        land = {"kind": "city", "countries": ["FR"], "names": [f"Town {n}"]}
        self.territory = Territory.objects.create(name=f"Territory {n}", group=group, market=[land])
        TerritoryCover.objects.create(territory=self.territory, rep=self.rep, starts_at=LONG_AGO)
        hours = {"starts_at": self.now - timedelta(hours=1), "ends_at": self.now + timedelta(hours=1)}
        TimeOff.objects.create(rep=make.rep(f"Off {n}"), **hours)
        Pause.objects.create(rep=make.rep(f"Paused {n}"), by=self.odile, **hours)
        CalendarFeed.objects.create(
            rep=self.rep, shown="cal.example", digest=f"{n:064}", sealed="", created_at=self.now, next_at=self.now
        )
        Endpoint.objects.create(
            user=self.rep.user, channel="apprise", label=f"Way {n}", digest=f"e{n:063}", created_at=self.now
        )
        WorkPlan.objects.create(group=group)
        RoutingPause.objects.create(group=pool, why="Break", starts_at=self.now, by=self.odile)
        return group, pool

    def _rules(self, n, group, pool):
        condition = {"field": "country", "operator": "one_of", "value": ["DE", "AT"]}
        for m, (to, where) in enumerate(((group, "DE"), (pool, "PL")), start=1):
            self.rules.rules.create(
                position=n * 10 + m,
                name=f"Rule {n}.{m}",
                to=Rule.To.GROUP,
                group=to,
                condition={"all": [{"field": "campaign", "operator": "is", "value": f"{where}{n}"}]},
            )
        self.rules.rules.filter(name="Rest").delete()
        self.rules.rules.create(position=9000, name="Rest", to=Rule.To.DESK, condition=None)
        RuleSet.objects.filter(pk=self.rules.pk).update(revision=n * 10)
        self.rules = RuleSet.objects.get(pk=self.rules.pk)
        self._publish()
        HandRule.objects.create(
            mark=f"{n:064}", condition=condition, rep=self.rep, given=18, leads=20, found_at=self.now
        )

    def _publish(self):
        self.version = rulesets.publish(rule_set=self.rules, by=self.odile, comment="So", now=timezone.now())
        self.rules.refresh_from_db()

    def _leads(self, n, group):
        make.arrive(5, campaign=f"DE{n}", country="DE", source=f"Source {n}", company=f"Works {n}")
        make.arrive(campaign=f"PL{n}", country="PL")
        desk = make.arrive(country="ES")
        live.route_ready(SEEDED)
        own = Lead.objects.filter(group=group, state=State.ASSIGNED).select_related("owner__user").order_by("pk")
        mine, back, _kept, merged, into = own
        returns.give_back(lead=back, rep=back.owner, by=back.owner.user, reason=Return.Reason.OTHER, note="No")
        desk.refresh_from_db()
        self.lead = mine
        DeskTime.objects.create(
            lead=desk,
            user=self.odile,
            opened_at=self.now,
            at=self.now,
            seconds=60,
            decided_at=self.now,
            what="assigned",
        )
        Merge.objects.create(lead=merged, into=into, at=self.now, by=self.odile, state=merged.state, hop=1)
        Proposal.objects.create(lead=mine, hop=mine.hop, rep=mine.owner, to=self.rep, why="x", at=self.now)
        Task.objects.create(
            lead=mine, rep=mine.owner, hop=mine.hop, source="own", kind="call", due_at=self.now, created_at=self.now
        )

    def _talk(self, n, group):
        Question.objects.create(group=group, rep=self.rep, text=f"Why {n}?", at=self.now)
        Question.objects.create(
            group=group,
            rep=self.rep,
            text=f"Why {n}!",
            at=self.now,
            answer="So.",
            answered_at=self.now,
            answered_by=self.odile,
            version=self.version,
        )
        GroupPage.objects.create(group=group, why="So", why_by=self.odile)
        for side, given in zip(("here", "there"), (n, n + 1), strict=True):
            self.sides[side][str(self.rep.pk)] = given
        days = [(self.now - timedelta(days=ago)).isoformat() for ago in (30, 0)]
        result = Result(*days, leads=9, moving=1, reps=self.sides).as_json()
        draft = make.shared(self.rules, [group], by=self.odile, result=result)
        self.asked.groups.add(group)
        Simulation.objects.filter(pk=self.asked.simulation_id).update(by=self.odile, result=result)
        for about in ({"version": self.version}, {"draft": draft}, {"draft": self.asked}):
            Comment.objects.create(by=self.rep.user, text=f"Hm {n}", at=self.now, **about)

    def _doors(self, n):
        self.form = make.web_form(f"Form {n}")
        self.door = make.connection("webhook")
        hook = Hook.objects.create(
            name=f"Hook {n}", events=["lead.won"], shown="https://h.example/…", created_at=self.now
        )
        self.hook = getattr(self, "hook", hook)
        HookDelivery.objects.create(
            hook=self.hook, kind="lead.won", lead=self.lead, created_at=self.now, due_at=self.now, sent_at=self.now
        )
        Intake.objects.create(connection=self.door, received_at=self.now, outcome="lead", lead=self.lead)
        make.key_and_secret()
        file = {"file_name": f"{n}.csv", "size": 9, "sha256": f"{n:064}", "created_at": self.now}
        FileImport.objects.create(connection=self.door, kind="new", by=self.odile, status="done", **file)

    def _records(self, n):
        SavedView.objects.create(user=self.odile, name=f"View {n}", query={"q": [str(n)]}, made_at=self.now)
        Export.objects.create(at=self.now, by=self.odile, what="leads", rows=n)
        Act.objects.create(kind="give_on", at=self.now, by=self.odile)
        Invitation.objects.create(
            email=f"i{n}@example.org",
            by=self.odile,
            digest=f"{n:064}",
            made_at=self.now,
            sent_at=self.now,
            good_until=self.now,
        )
        ExchangeRate.objects.create(currency=_CURRENCIES[n % 5], rate=1 + n, from_day=date(2026, 1, n % 28 + 1))
        CompanyRecord.objects.create(domain=f"c{n}.example", updated_at=self.now)
        make.account(f"Account {n}", owner=self.rep)
        QualificationRule.objects.create(name=f"Q {n}", verdict="qualified", position=n)
        ScoreRow.objects.create(label=f"S {n}", points=n, position=n)
        ScoreBand.objects.create(at_least=n * 5, band=1)
        Stage.objects.create(key=f"stage{n}", name=f"Stage {n}", position=50 + n)
        user = self.rep.user
        EmailAddress.objects.create(user=user, email=user.email)
        Authenticator.objects.create(user=user, type="totp", data={})
        UserSession.objects.create(user=user, ip="192.0.2.1", session_key=f"k{n}", user_agent="x")
        tried = {"user_agent": "x", "http_accept": "x", "path_info": "/", "ip_address": "192.0.2.1"}
        AccessAttempt.objects.create(username=f"u{n}", get_data="", post_data="", failures_since_start=1, **tried)
        AccessFailureLog.objects.create(username=f"u{n}", **tried)
        AccessLog.objects.create(username=f"u{n}", **tried)
