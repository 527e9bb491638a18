"""Empties an installation that holds the demo, so that a team of one's own can begin in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection

from leads.models import Lead
from reporting.demo import cast
from reporting.demo.build import is_demo
from reps.models import RosterVersion, User
from reps.models.division import SEEDED
from routing.assign import turn

# Django's own: what kinds of rows there are, and who is signed in.
_STAY = frozenset({"django_content_type", "auth_permission", "django_session"})


class NotDemoError(Exception):
    """There is no demo here, or somebody else decides just now; nothing was removed."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The admin who is left where nobody but the demo's people could sign in."""

    name: str
    email: str
    password: str


def goes() -> dict[str, int]:
    """How much there is to remove."""
    return {"leads": Lead.objects.count(), "people": _invented().count()}


def is_invented(user: User) -> bool:
    """Whether somebody goes with the demo."""
    return user.email.endswith(f"@{cast.DOMAIN}")


def remove(*, owner: Owner | None) -> User | None:
    """Everything goes but the people who are not the demo's, as they sign in; gives the new admin. Raises NotDemoError.

    Numbers go on where they were: what a worker still remembers of a number never is another row.
    """
    with turn(SEEDED) as held:
        if held is None or not is_demo():
            raise NotDemoError
        kept = _kept()
        version = max(RosterVersion.objects.values_list("n", flat=True), default=0)
        _truncate()
        for rows in kept:
            type(rows[0])._default_manager.bulk_create(rows)  # noqa: SLF001 - Django's documented way to the manager
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        RosterVersion.objects.update(n=version + 1)
        made = None
        if owner is not None:
            made = User.objects.create_superuser(owner.email, owner.password, name=owner.name)
    return made


def _invented() -> Any:
    return User.objects.filter(email__endswith=f"@{cast.DOMAIN}")


def _kept() -> list[Sequence[Any]]:
    """Who stays, with their second factors and where they are signed in."""
    people = list(User.objects.exclude(pk__in=_invented()))
    factors = list(Authenticator.objects.filter(user__in=people))
    sessions = list(UserSession.objects.filter(user__in=people))
    return [rows for rows in (people, factors, sessions) if rows]


def _truncate() -> None:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = ", ".join(connection.ops.quote_name(name) for name in sorted(set(names) - _STAY))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(f"TRUNCATE {tables}")
