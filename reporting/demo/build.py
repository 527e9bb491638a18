"""Makes the whole demo in one transaction, once."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from leads.models import Lead
from reporting.demo import cast
from reporting.demo.doors import make_doors
from reporting.demo.past import write_past
from reporting.demo.rules import publish_rules
from reporting.demo.steps import make_steps
from reporting.demo.team import PAST, make_team
from reps.models import Rep, User
from reps.models.division import SEEDED
from routing.assign import turn


class ForeignError(Exception):
    """There are people or leads already that the demo did not make; it never mixes with them."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was made: nothing where the demo was there already."""

    leads: int = 0
    made: bool = False


def is_demo() -> bool:
    """Whether this installation is a demo."""
    return User.objects.filter(email=cast.VISITOR.email).exists()


def may_load() -> bool:
    """Whether nobody works here yet."""
    return not (Rep.objects.exists() or Lead.objects.exists())


def build(*, password: str = "") -> Built:
    """Make team, rules and past, all or nothing. Raises ForeignError where somebody works here already.

    `password` is what all of them sign in with, as it is kept: it is told to people who are not to run the place, so
    none of the invented is an admin then. Without one it is the printed word, and one of them is.
    """
    # Hashed once: the hash is slow by design.
    admin, password = not password, password or make_password(cast.PASSWORD)
    with turn(SEEDED) as held:
        if held is None or is_demo():
            return Built()
        if not may_load():
            raise ForeignError
        team = make_team(now=held.now, password=password, admin=admin)
        version = publish_rules(team, now=held.now - PAST)
        made = Built(write_past(held, team=team, version=version), made=True)
        make_steps(team, now=held.now)
        make_doors(now=held.now)  # after the past, which knew neither scores nor doors
        return made
