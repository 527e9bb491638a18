"""What a rule's form offers to choose from: fields, countries, groups, reps, and values that leads really had."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from leads.conditions import Catalogue, Field, Type
from leads.conditions.operators import Op
from leads.conditions.regions import COUNTRIES, REGIONS
from leads.models import LeadFacts, Stage
from leads.qualify.freeze import catalogue_of
from leads.qualify.normalise import country_names
from reps.models import Division, Group, Rep, Skill
from routing import wording
from routing.wording.conditions import region_name, value_says

# Of these alone past values are offered: the others tell who somebody is.
_SUGGESTED = frozenset(
    {"language", "industry", "segment", "product_interest", "source", "campaign", "channel", "region"}
)
_LOOKED_AT = 500
_MOST = 60


class Choice(NamedTuple):
    """One entry of a list to choose from."""

    value: str
    label: str


Grouped = list[tuple[str, list[Choice]]]  # under a heading, which may be empty


@dataclass
class Choices:
    """Of one division; every list is read once, and only where it is shown."""

    division_id: int
    _suggested: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The fields that may be asked about."""
        return catalogue_of(self.division_id)

    @cached_property
    def groups(self) -> list[Group]:
        """Those that leads may go to."""
        return list(Group.objects.filter(division=self.division_id, active=True).order_by("name"))

    @cached_property
    def reps(self) -> list[Rep]:
        """Those that leads may go to."""
        rows = Rep.objects.filter(division=self.division_id, active=True).select_related("user")
        return list(rows.order_by("user__name", "pk"))

    @cached_property
    def names(self) -> wording.Names:
        """What numbers stand for."""
        return wording.Names.load(self.division_id)

    @cached_property
    def currency(self) -> str:
        """What money is compared in."""
        return Division.objects.values_list("base_currency", flat=True).get(pk=self.division_id)

    @cached_property
    def kinds(self) -> list[str]:
        """Kinds of skills that reps have."""
        return sorted(set(Skill.objects.filter(division=self.division_id).values_list("kind", flat=True)))

    def group(self, uid: str) -> Group | None:
        """By what a form says."""
        return next((row for row in self.groups if str(row.uid) == uid), None)

    def rep(self, uid: str) -> Rep | None:
        """By what a form says."""
        return next((row for row in self.reps if str(row.uid) == uid), None)

    def group_uid(self, pk: object) -> str:
        """As a form says it; a group that is gone, or switched off, reads as none."""
        return next((str(row.uid) for row in self.groups if row.pk == pk), "")

    def rep_uid(self, pk: object) -> str:
        """As a form says it."""
        return next((str(row.uid) for row in self.reps if row.pk == pk), "")

    @property
    def group_list(self) -> list[Choice]:
        """For a select."""
        return [Choice(str(row.uid), row.name) for row in self.groups]

    @property
    def rep_list(self) -> list[Choice]:
        """For a select."""
        return [Choice(str(row.uid), row.name) for row in self.reps]

    @cached_property
    def fields(self) -> Grouped:
        """What may be asked about, one's own fields apart."""
        own = [Choice(f.key, _(f.label)) for f in self.catalogue if f.custom]
        given = [Choice(f.key, _(f.label)) for f in self.catalogue if not f.custom]
        return [("", given), (_("Your own fields"), own)] if own else [("", given)]

    def values(self, asked: Field, op: str) -> Grouped:
        """What a select offers for a field compared so; empty where it is typed."""
        if asked.type is Type.COUNTRY:
            return self._places(op)
        if asked.type is Type.YES_NO:
            return [("", [Choice("yes", _("yes")), Choice("no", _("no"))])]
        if op == Op.STARTS_WITH:
            return []
        return [("", [Choice(o.value, _(o.label)) for o in asked.options])] if asked.options else []

    def _places(self, op: str) -> Grouped:
        regions = sorted((Choice(code, region_name(code)) for code in REGIONS), key=lambda one: one.label)
        countries = [Choice(code, name) for code, name in country_names() if code in COUNTRIES]
        if op == Op.IN_REGION:
            return [("", regions)]
        several = op in {Op.ONE_OF, Op.NONE_OF}
        return [(_("Regions"), regions), (_("Countries"), countries)] if several else [("", countries)]

    def says(self, asked: Field, text: str) -> str:
        """One value as a chip shows it."""
        if asked.type in {Type.NUMBER, Type.MONEY, Type.YES_NO}:
            return text
        return value_says(asked, text) if text else _("nothing")

    def suggested(self, asked: Field) -> list[str]:
        """Values that may be meant where one is typed."""
        if asked.key not in self._suggested:
            self._suggested[asked.key] = self._suggest(asked)
        return self._suggested[asked.key]

    def _suggest(self, asked: Field) -> list[str]:
        if asked.key == "account_owner":
            return [row.name for row in self.reps]
        if asked.key == "stage":
            return list(
                Stage.objects.filter(division=self.division_id).order_by("position").values_list("name", flat=True)
            )
        return self._seen.get(asked.key, []) if asked.key in _SUGGESTED else []

    @cached_property
    def _seen(self) -> Mapping[str, list[str]]:
        """Of the newest leads, the most frequent first."""
        rows = LeadFacts.objects.filter(lead__division=self.division_id).order_by("-at", "-pk")
        counts: dict[str, Counter[str]] = {}
        for facts in rows.values_list("facts", flat=True)[:_LOOKED_AT]:
            for key in _SUGGESTED & facts.keys():
                counts.setdefault(key, Counter()).update(_texts(facts[key]))
        return {key: [text for text, _n in counter.most_common(_MOST)] for key, counter in counts.items()}


def _texts(value: Any) -> Iterable[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one]
