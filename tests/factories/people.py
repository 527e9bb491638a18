"""Users, reps, groups, shifts."""

from datetime import UTC, datetime, time
from itertools import count

from reps.models import Group, Membership, Rep, Shift, User

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_n = count(1)


def user(name="", **fields):
    n = next(_n)
    name = name or f"Person {n}"
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}.{n}@example.org")
    return User.objects.create_user(email=email, password="correct horse battery", name=name, **fields)


def rep(name="", *, around_the_clock=True, **fields):
    made = Rep.objects.create(user=user(name), **fields)
    if around_the_clock:
        shifts(made)
    return made


def shifts(rep, begins=time(0), ends=time(0), weekdays=range(7)):
    return [
        Shift.objects.create(rep=rep, weekday=day, begins=begins, ends=ends, starts_at=LONG_AGO) for day in weekdays
    ]


def group(name="", reps=(), **fields):
    made = Group.objects.create(name=name or f"Group {next(_n)}", **fields)
    for member in reps:
        join(made, member)
    return made


def join(group, rep, **fields):
    return Membership.objects.create(group=group, rep=rep, **{"starts_at": LONG_AGO, **fields})
