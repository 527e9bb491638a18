"""Reps and their memberships as rows of a file: one membership a row, or a rep alone."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.contrib.auth.hashers import make_password
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from leads.qualify import normalise
from reps import roster
from reps.models import Group, Membership, Rep, User
from routing.imports import kind
from routing.imports.records import Records, RefusedError, number, says, set_all, undo, yes_no

_CAPS = ("cap_open", "cap_hour", "cap_day", "cap_week", "cap_month")
_OWN = ("time_zone", "country")


class PeopleRows(Records):
    """Who is new is made without a password: “forgot password” at the sign-in sets the first one."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "email", "name", "time_zone", "country", "group", "member", "weight", "tier", *_CAPS, "caps_rolling",
        *(f"rep_{cap}" for cap in _CAPS), "rep_caps_rolling",
    )  # fmt: skip
    NEEDED: ClassVar[tuple[str, ...]] = ("email",)

    def load(self, cells: Iterable[Mapping[str, str]]) -> None:
        """Users, reps, groups and memberships the rows may mean."""
        mails = {row["email"].lower() for row in cells if row.get("email")}
        users = User.objects.filter(email__in=mails)
        self._users = {user.email: user for user in users}
        self._reps = {rep.user_id: rep for rep in Rep.objects.filter(user__in=users)}
        self._groups = {g.name.casefold(): g for g in Group.objects.filter(division=self.division, active=True)}
        rows = Membership.objects.at(self.now).filter(rep__in=[rep.pk for rep in self._reps.values()])
        self._memberships: dict[tuple[object, int], Membership] = {(m.rep_id, m.group_id): m for m in rows}

    def one(self, cells: Mapping[str, str], *, write: bool) -> tuple[str, str]:
        """The person, the rep, the membership; all is checked before anything is saved."""
        mail = self._mail(cells)
        group = self._group(cells)
        wanted = self._membership_values(cells)
        user, rep = self._users.get(mail), None
        if user is not None:
            rep = self._reps.get(user.pk)
            self._check_person(user, rep, cells)
        else:
            user = self._new_user(mail, cells)
        fresh = rep is None
        rep = rep or Rep(division=self.division, user=user, time_zone=cells.get("time_zone") or user.time_zone)
        before = self._memberships.get((rep.pk or mail, group.pk)) if group else None
        self._check_membership(before, group, rep, wanted)
        changes = set_all(user, {"name": cells["name"]} if cells.get("name") else {})
        changed = set_all(rep, self._rep_values(cells))
        try:
            user.clean_fields(exclude=["password"])
            rep.clean_fields(exclude=["division", "user", "backup"])
        except Exception:
            undo(user, changes)
            undo(rep, changed)
            raise
        self._users[mail] = user
        if write:
            self._save(user, rep, named=bool(changes), changed=fresh or bool(changed))
        if rep.pk is not None and user.pk is not None:
            self._reps[user.pk] = rep
        joined = self._join(rep, mail, group, before, wanted, write=write) if group else ("", "")
        told = "; ".join(filter(None, (says([*changes, *changed]) if not fresh else "", joined[1])))
        if fresh:
            return kind.NEW, told
        if joined[0]:
            return joined[0], told
        return (kind.CHANGED, told) if told else (kind.SAME, "")

    @staticmethod
    def _mail(cells: Mapping[str, str]) -> str:
        if not cells.get("email"):
            raise RefusedError("email", _("Every row needs the rep's e-mail."))
        try:
            return normalise.email(cells["email"]).lower()
        except normalise.UnusableError as error:
            raise RefusedError("email", str(error)) from error

    def _group(self, cells: Mapping[str, str]) -> Group | None:
        if not cells.get("group"):
            if named := [n for n in ("weight", "tier", "member", *_CAPS, "caps_rolling") if cells.get(n)]:
                raise RefusedError(named[0], _("It is said of a membership, and the row names no group."))
            return None
        found = self._groups.get(cells["group"].casefold())
        if found is None:
            raise RefusedError("group", _("There is no group “%s”.") % cells["group"][:80])
        return found

    def _check_person(self, user: User, rep: Rep | None, cells: Mapping[str, str]) -> None:
        if rep is not None and (not rep.active or rep.division_id != self.division.pk):
            raise RefusedError(
                "email", _("%s does not work here any more. Make them active in the settings first.") % rep
            )
        if cells.get("name") and cells["name"] != user.name and not self._may_make_users:
            raise RefusedError("name", _("Only an admin may change how a user is called."))

    def _new_user(self, mail: str, cells: Mapping[str, str]) -> User:
        if not self._may_make_users:
            raise RefusedError("email", _("Nobody has this address, and only an admin may make users."))
        if not cells.get("name"):
            raise RefusedError("name", _("Who is new needs a name."))
        zone = cells.get("time_zone") or self.division.time_zone
        return User(email=mail, time_zone=zone, password=self._nobody_knows)

    @cached_property
    def _may_make_users(self) -> bool:
        """Admins, as everywhere; and who has the command line of the house."""
        by = self.job.by
        return bool(self.job.options.get("by_command")) or bool(by and by.is_active and by.is_superuser)

    @cached_property
    def _nobody_knows(self) -> str:
        """A password that was thrown away; one for all, as making each would take minutes."""
        return make_password(secrets.token_urlsafe(48))

    @staticmethod
    def _rep_values(cells: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {cap: number(cells, f"rep_{cap}") for cap in _CAPS if f"rep_{cap}" in cells}
        if cells.get("rep_caps_rolling"):
            values["caps_rolling"] = yes_no(cells, "rep_caps_rolling")
        if cells.get("time_zone"):
            values["time_zone"] = cells["time_zone"]
        if "country" in cells:
            values["country"] = _country(cells["country"])
        return values

    @staticmethod
    def _membership_values(cells: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {cap: number(cells, cap) for cap in _CAPS if cap in cells}
        values |= {name: number(cells, name) for name in ("weight", "tier") if cells.get(name)}
        for name in ("caps_rolling", "member"):
            if cells.get(name):
                values[name] = yes_no(cells, name)
        return values

    def _check_membership(
        self, before: Membership | None, group: Group | None, rep: Rep, wanted: Mapping[str, Any]
    ) -> None:
        if group is None:
            return
        values = {name: value for name, value in wanted.items() if name != "member"}
        made = before or Membership(group=group, rep=rep, starts_at=self.now)
        changes = set_all(made, values)
        try:
            made.clean_fields(exclude=["group", "rep"])
        finally:
            undo(made, changes)

    @staticmethod
    def _save(user: User, rep: Rep, *, named: bool, changed: bool) -> None:
        if user._state.adding or named:  # noqa: SLF001 - Django's documented API
            user.save()
        if changed:
            rep.user = user
            rep.save()

    def _join(
        self, rep: Rep, mail: str, group: Group, before: Membership | None, wanted: dict[str, Any], *, write: bool
    ) -> tuple[str, str]:
        """The outcome and words of the membership; ("", "") where it stays as it is."""
        values = dict(wanted)
        stays = values.pop("member", True)
        place = (rep.pk or mail, group.pk)
        if before is None:
            if not stays:
                return "", ""
            made = Membership(group=group, rep=rep, starts_at=self.now, **values)
            if write:
                made.save()
            self._memberships[place] = made
            return kind.NEW, _("joins %s") % group.name
        if not stays:
            if write:
                roster.end(row=before, now=self.now)
            self._memberships.pop(place, None)
            return kind.ENDED, _("leaves %s") % group.name
        changes = set_all(before, values)
        if not changes:
            return "", ""
        undo(before, changes)
        told = f"{group.name}: {says(changes)}"
        if write:
            before = roster.revise(row=before, now=self.now, changes={name: after for name, _b, after in changes})
        else:
            set_all(before, values)
        self._memberships[place] = before
        return kind.CHANGED, told


def _country(text: str) -> str:
    if not text:
        return ""
    try:
        return normalise.country(text)
    except normalise.UnusableError as error:
        raise RefusedError("country", _("“%s” is no country we know.") % text[:80]) from error


def table(division_id: int, now: Any) -> tuple[tuple[str, ...], Iterator[list[object]]]:
    """All active reps in the shape an import takes: a row for each membership, one for who is in no group."""
    reps = Rep.objects.filter(division=division_id, active=True).select_related("user").order_by("user__email")
    found: dict[int, list[Membership]] = {}
    rows = Membership.objects.at(now).filter(rep__in=reps, group__active=True).select_related("group")
    for row in rows.order_by("group__name"):
        found.setdefault(row.rep_id, []).append(row)
    return PeopleRows.FIELDS, (_row(rep, m) for rep in reps for m in [*found.get(rep.pk, ())] or [None])


def _row(rep: Rep, membership: Membership | None) -> list[object]:
    own: list[object] = [rep.user.email, rep.user.name, rep.time_zone, rep.country]
    if membership is None:
        joined: list[object] = [""] * (4 + len(_CAPS) + 1)
    else:
        caps = [getattr(membership, cap) for cap in _CAPS]
        joined = [
            membership.group.name,
            "yes",
            membership.weight,
            membership.tier,
            *caps,
            _yes(membership.caps_rolling),
        ]
    return [*own, *joined, *(getattr(rep, cap) for cap in _CAPS), _yes(rep.caps_rolling)]


def _yes(value: bool) -> str:  # noqa: FBT001 - the only thing said
    return "yes" if value else "no"
