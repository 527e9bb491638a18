"""One process of the battery: `python -m tests.routing.battery ROLE SECONDS SEED` does what the role does, and tells.

It does it as often as it can, on the rows it finds in the database, and prints as JSON what came of it.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random

THREADS = 20  # of a process of claimers
THINKING = 1.0  # seconds between two looks of a claimer
WAITING = 1500  # nothing more arrives while so many wait in the pool


class Work:
    """What a process has done so far; several threads write to it."""

    def __init__(self, seconds, seed):
        self.seconds, self.seed = seconds, seed
        self.end = time.monotonic() + seconds
        self.done, self.refused, self.busy = Counter(), Counter(), 0
        self.faults, self.edits, self.leads = [], [], []
        self.lock = threading.Lock()

    def over(self):
        return time.monotonic() >= self.end

    def attempt(self, act):
        """One act: it goes through, is refused as the product refuses, or finds the turn busy. All else is a fault."""
        from django.db import OperationalError

        from routing.assign import NotYoursError
        from routing.claim import NotClaimedError, NotPutBackError
        from routing.offers import NotOfferedError

        try:
            name = act()
        except NotClaimedError as error:
            self.count(self.refused, error.code)
        except (NotYoursError, NotPutBackError):
            self.count(self.refused, "not_yours")
        except NotOfferedError:
            self.count(self.refused, "not_offered")
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", "")
            if state == "55P03":  # the turn was not to be had within its three seconds
                self.busy += 1
            else:
                self.faults.append(f"{state} {error}")
        except Exception as error:  # noqa: BLE001 - told to the test, which fails
            self.faults.append(f"{type(error).__name__}: {error}")
        else:
            if name:
                self.count(self.done, name)

    def count(self, tally, name):
        with self.lock:
            tally[name] += 1

    def told(self):
        return json.dumps(
            {
                "done": self.done, "refused": self.refused, "busy": self.busy, "faults": self.faults[:20],
                "edits": self.edits, "leads": self.leads,
            }
        )  # fmt: skip


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def often(draw, people):
    """One of them; the first ones come up most, so that acts meet at the same people."""
    return people[int(len(people) * draw.random() ** 2)]


def now():
    return datetime.now(UTC)


def arriving(work):
    """Leads through the door, twenty at a time."""
    from leads import capture
    from leads.models import Lead
    from tests.factories.lead import arrival, door

    draw = Random(work.seed)

    def act():
        if Lead.objects.filter(state="pooled").count() > WAITING:
            time.sleep(0.05)
            return None
        some = [
            arrival(
                name=f"Lead {work.seed}-{len(work.leads) + n}",
                email=f"lead{len(work.leads) + n}@company{work.seed}-{len(work.leads) + n}.example",
                country=draw.choice(["DE", "FR", "AT", "AT"]),
            )
            for n in range(20)
        ]
        found = capture.capture(connection=door(), arrivals=some, now=now())
        work.leads += [str(one.lead.uid) for one in found]
        return "arrived"

    return act


def sweeping(work):
    """The sweeper's round: wakes, routes, delivers."""
    from routing.sweep import Sweep

    sweep = Sweep()

    def act():
        sweep.once()
        time.sleep(0.05)
        return "swept"

    return act


def routing(work):
    """A worker that the doorbell has rung, in small batches."""
    from routing import live

    def act():
        routed = live.route_ready(1, most=20)
        if not routed.count:
            time.sleep(0.01)
            return None
        return "routed"

    return act


def claiming(work):
    """Members of the pool take the next lead, or one of those they see."""
    from reps.models import Group, Rep
    from routing import claim

    draw = Random(work.seed)
    pool = Group.objects.get(name="Pool")
    members = list(pool.memberships.order_by("rep").values_list("rep", flat=True))

    def act():
        time.sleep(draw.expovariate(1 / THINKING))
        rep = Rep.objects.select_related("user").get(pk=often(draw, members))
        if draw.random() < 0.5:
            claim.pull(group=pool, rep=rep, by=rep.user)
            return "claimed"
        cards = claim.pool_of(pool, rep, now=now(), most=5).cards
        if not cards:
            return None
        claim.claim(rep=rep, by=rep.user, handle=draw.choice(cards).handle)
        return "claimed"

    return act


def giving(work):
    """Managers give, reassign, send through the rules again, turn away."""
    from leads.models import Lead
    from reps.models import Group, Rep, User
    from routing import hand

    draw = Random(work.seed)
    boss = User.objects.get(email="boss@example.org")
    groups = {group: list(group.memberships.values_list("rep", flat=True)) for group in Group.objects.all()}

    def some(*states):
        found = Lead.objects.filter(state__in=states).order_by("-pk" if draw.random() < 0.5 else "pk")
        return list(found[:50])

    def act():
        chance = draw.random()
        leads = some("desk", "pooled", "assigned", "ready")
        if not leads:
            return None
        if chance < 0.6:
            group = draw.choice(list(groups))
            rep = Rep.objects.get(pk=draw.choice(groups[group]))
            hand.give(lead=draw.choice(leads), rep=rep, group=group, by=boss)
            return "given"
        if chance < 0.9:
            hand.route_again(leads=draw.sample(leads, min(5, len(leads))), by=boss)
            return "routed again"
        desk = some("desk")
        if desk:
            hand.reject(lead=desk[0], reason="spam", by=boss)
            return "rejected"
        return None

    return act


def giving_back(work):
    """Reps put back, return, answer and close what they have."""
    from leads import respond
    from leads.life import TouchKind
    from leads.models import Stage
    from reps.models import Rep
    from routing import claim, returns
    from routing.models import Assignment, Return

    draw = Random(work.seed)
    reps = list(Rep.objects.select_related("user"))
    lost = Stage.objects.get(metric=Stage.Metric.LOST)

    def act():
        rep = draw.choice(reps)
        held = Assignment.objects.filter(rep=rep, ends_at=None, lead__state="assigned").select_related("lead")
        # Claimed ones first: only these can be put back.
        spell = held.order_by("how" if draw.random() < 0.5 else "pk").first()
        if spell is None:
            return None
        chance = draw.random()
        try:
            if chance < 0.4 and spell.how == "claim":
                claim.put_back(lead=spell.lead, rep=rep, by=rep.user, reason="no_time")
                return "put back"
            if chance < 0.6:
                returns.give_back(lead=spell.lead, rep=rep, by=rep.user, reason=Return.Reason.OTHER, note="")
                return "returned"
            if chance < 0.7:
                respond.touch(lead=spell.lead, rep=rep, by=rep.user, kind=TouchKind.EMAIL, now=now())
                return "answered"
            respond.move_stage(lead=spell.lead, stage=lost, by=rep.user, now=now(), reason="no")
            return "closed"
        except respond.NotDoneError:
            work.count(work.refused, "not_done")
            return None

    return act


def answering(work):
    """Reps accept and decline what they are asked; some offers and some response times run out, as if hours went by."""
    from routing import offers
    from routing.models import Offer, Timer

    draw = Random(work.seed)

    def act():
        chance = draw.random()
        if chance < 0.15:
            due = Timer.objects.filter(fired_at=None).values_list("pk", flat=True)[:200]
            some = draw.sample(list(due), min(5, len(due)))
            return "hurried" if Timer.objects.filter(pk__in=some, fired_at=None).update(due_at=now()) else None
        asked = list(Offer.objects.filter(answered_at=None, due_at__gt=now()).select_related("rep__user", "lead")[:50])
        if not asked:
            time.sleep(0.02)
            return None
        offer = draw.choice(asked)
        if chance < 0.3:
            return "hurried" if Offer.objects.filter(pk=offer.pk, answered_at=None).update(due_at=now()) else None
        if chance < 0.7:
            offers.accept(offer=offer, rep=offer.rep, by=offer.rep.user)
            return "accepted"
        offers.decline(offer=offer, rep=offer.rep, by=offer.rep.user)
        return "declined"

    return act


def editing(work):
    """Managers pause, resume, weigh and limit. What is noted says from when at the latest an edit was obeyed."""
    from django.db import connection

    from reps import availability, roster
    from reps.models import Group, Membership, Rep, User

    draw = Random(work.seed)
    boss = User.objects.get(email="boss@example.org")
    groups = [list(group.memberships.order_by("rep").values_list("rep", flat=True)) for group in Group.objects.all()]
    paused = {}

    def clock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].isoformat()

    def act():
        time.sleep(0.01)
        rep = Rep.objects.get(pk=often(draw, draw.choice(groups)))
        chance = draw.random()
        if rep.pk in paused or chance < 0.3:
            return switch(rep)
        began = clock()
        if chance < 0.5:
            rep.cap_open = draw.randint(1, 6)
            rep.save(update_fields=["cap_open"])
            work.edits.append(["cap", rep.pk, None, rep.cap_open, began, clock()])
            return "limited"
        row = draw.choice(list(Membership.objects.at(now()).filter(rep=rep)))
        if chance < 0.75:
            roster.revise(row=row, now=now(), changes={"weight": draw.randint(0, 9)})
            return "weighed"
        cap = draw.randint(0, 5)
        roster.revise(row=row, now=now(), changes={"cap_open": cap})
        work.edits.append(["cap", rep.pk, row.group_id, cap, began, clock()])
        return "limited"

    def switch(rep):
        if rep.pk not in paused:
            availability.pause(rep=rep, by=boss, now=now())
            paused[rep.pk] = clock()
            return "paused"
        until = clock()
        availability.resume(rep=rep, now=now())
        work.edits.append(["pause", rep.pk, None, None, paused.pop(rep.pk), until])
        return "resumed"

    return act


ROLES = {
    "arriving": arriving,
    "sweeping": sweeping,
    "routing": routing,
    "claiming": claiming,
    "giving": giving,
    "giving_back": giving_back,
    "answering": answering,
    "editing": editing,
}


def main(role, seconds, seed):
    """Start, say so, wait for the word to go, then work until the time is over."""
    import django

    import config.celery  # noqa: F401 - shared tasks find their broker, as in every process of the product

    django.setup()
    from django.db import connection, connections

    def loop(_thread):
        act = ROLES[role](work)
        try:
            while not work.over():
                work.attempt(act)
        finally:
            connections.close_all()

    connection.ensure_connection()
    say("ready")
    sys.stdin.readline()
    work = Work(seconds, seed)
    threads = THREADS if role == "claiming" else 1
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(loop, range(threads)))
    connections.close_all()
    say(work.told())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
