"""The writer of who can what: skills of reps are period rows, so who could what can be read."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.translation import gettext as _

from reps import marks, roster
from reps.models import Rep, RepSkill, Skill

_KIND, _VALUE = 40, 80


class SkillsError(ValueError):
    """The change was refused; `field` and the message say why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def mark(rep: Rep, *, now: datetime) -> str:
    """What was read, so that a save on top of another's is noticed."""
    rows = RepSkill.objects.at(now).filter(rep=rep).order_by("skill").values_list("skill", flat=True)
    return marks.of(*rows)


@transaction.atomic
def set_all(*, rep: Rep, skills: Collection[Skill], more: tuple[str, str], read: str, now: datetime) -> None:
    """From now on the rep has these, and `more` (kind, value) where it is not empty. Raises SkillsError."""
    Rep.objects.select_for_update(no_key=True).get(pk=rep.pk)
    if mark(rep, now=now) != read:
        raise SkillsError("", _("Somebody else changed this meanwhile."))
    wanted = {skill.pk for skill in skills}
    if any(more):
        wanted.add(_made(rep.division_id, *more).pk)
    roster.hold(rows=RepSkill.objects.all(), about="skill", wanted=wanted, now=now, rep=rep)


def _made(division: int, kind: str, value: str) -> Skill:
    """The skill of that name, however it is written; a new one where there is none."""
    if not kind or len(kind) > _KIND:
        raise SkillsError("kind", _("Say what kind of skill it is, such as language, in at most %d signs.") % _KIND)
    try:
        validate_slug(kind)
    except ValidationError as error:
        raise SkillsError("kind", " ".join(error.messages)) from error
    if not value or len(value) > _VALUE:
        raise SkillsError("value", _("Say which, such as de, in at most %d signs.") % _VALUE)
    there = Skill.objects.filter(division=division, kind__iexact=kind, value__iexact=value).order_by("pk").first()
    return there or Skill.objects.get_or_create(division_id=division, kind=kind, value=value)[0]
