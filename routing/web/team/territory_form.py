"""The form of a territory: its name and group, the areas it is made of row by row, and who covers it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.qualify import normalise
from reps.models import Group, Rep, Territory
from reps.models.territory import check_market
from reps.territories import Wanted

KINDS = (
    ("", gettext_lazy("nothing")),
    ("country", gettext_lazy("whole countries")),
    ("region", gettext_lazy("regions or states")),
    ("city", gettext_lazy("cities")),
    ("postal", gettext_lazy("postal codes")),
    ("market", gettext_lazy("industries or segments")),
    ("world", gettext_lazy("everywhere")),
)
PARTS = ("countries", "names", "low", "high", "industries", "segments")
_LISTS = ("countries", "names", "industries", "segments")
MOST_AREAS = 200
_LONGEST = 4000
_SHORT = 20


class TerritoryForm(forms.Form):
    """All but the areas, which are rows of their own: `area-kind` and its parts, each as often as there are rows."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    group = forms.ChoiceField(label=gettext_lazy("Group that works it"))
    reps = forms.MultipleChoiceField(
        label=gettext_lazy("Covered by"), required=False, widget=forms.CheckboxSelectMultiple
    )
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        groups: Sequence[Group],
        reps: Sequence[Rep],
        territory: Territory | None,
        covered: Sequence[Rep],
        read: str,
    ) -> None:
        initial: dict[str, Any] = {"read": read}
        if territory:
            initial |= {"name": territory.name, "group": str(territory.group.uid)}
            initial["reps"] = [str(rep.uid) for rep in covered]
        super().__init__(data, auto_id="territory-%s", initial=initial)
        self._groups = {str(group.uid): group for group in groups}
        self._reps = {str(rep.uid): rep for rep in reps}
        self.fields["group"].choices = [(uid, group.name) for uid, group in self._groups.items()]  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["reps"].choices = [(uid, rep.name) for uid, rep in self._reps.items()]  # type: ignore[attr-defined]  # as above
        self.areas = rows_typed(data) if data is not None else rows_of(territory.market if territory else [])
        self.market: list[dict[str, Any]] = []

    def clean(self) -> dict[str, Any]:
        """The areas too; each wrong one says why in its row."""
        data = super().clean() or {}
        if len(self.areas) > MOST_AREAS:
            raise ValidationError(_("At most %d areas.") % MOST_AREAS)
        for row in self.areas:
            try:
                area = read_area(row)
                if area:
                    check_market([area])
                    self.market.append(area)
            except ValidationError as error:
                row["error"] = " ".join(error.messages).removeprefix("[0]: ")
        if any(row.get("error") for row in self.areas):
            raise ValidationError(_("An area cannot be read: see below."))
        if not self.market:
            raise ValidationError(_("Say what it covers: at least one area."))
        return data

    @property
    def wanted(self) -> Wanted:
        """As typed; of a valid form."""
        data = self.cleaned_data
        reps = [self._reps[uid] for uid in data["reps"]]
        return Wanted(data["name"], self._groups[data["group"]], self.market, reps)


def rows_typed(data: QueryDict) -> list[dict[str, str]]:
    """The rows as they were sent, those left empty too."""
    columns = {part: data.getlist(f"area-{part}") for part in ("kind", *PARTS)}
    return [
        {
            part: (values[n] if n < len(values) else "").replace("\x00", "")[:_LONGEST]
            for part, values in columns.items()
        }
        for n in range(min(len(columns["kind"]), MOST_AREAS + 1))
    ]


def rows_of(market: Any) -> list[dict[str, str]]:
    """Areas as texts."""
    return [
        {"kind": area.get("kind", "")}
        | {part: ", ".join(area.get(part, [])) if part in _LISTS else area.get(part, "") for part in PARTS}
        for area in market
    ]


def read_area(row: Mapping[str, str]) -> dict[str, Any] | None:
    """The area a row says; None where it says nothing. Raises ValidationError that names the part."""
    kind = row["kind"]
    if not kind:
        if any(row[part].strip() for part in PARTS):
            raise ValidationError(_("Choose what kind of area this is, or empty the row."))
        return None
    if kind not in dict(KINDS):
        raise ValidationError(_("Kind: choose one of the list."))
    area: dict[str, Any] = {"kind": kind}
    if codes := [_country(text) for text in _list(row["countries"])]:
        area["countries"] = list(dict.fromkeys(codes))
    for part, kinds in (("names", ("region", "city")), ("industries", None), ("segments", None)):
        if texts := _list(row[part]):
            if kinds and kind not in kinds:
                raise ValidationError(_("Names belong to regions and cities only."))
            area[part] = texts
    _postal(row, area)
    needs = {"country": "countries", "region": "names", "city": "names", "postal": "low"}.get(kind)
    if needs and not area.get(needs):
        labels = {"countries": _("Countries"), "names": _("Names"), "low": _("From")}
        raise ValidationError(_("%s: fill this in.") % labels[needs])
    if kind == "market" and len(area) == 1:
        raise ValidationError(_("Name countries, industries or segments; for all of them choose “everywhere”."))
    return area


def _postal(row: Mapping[str, str], area: dict[str, Any]) -> None:
    low, high = row["low"].strip(), row["high"].strip()
    if not low and not high:
        return
    if area["kind"] != "postal":
        raise ValidationError(_("From and until belong to postal codes only."))
    if max(len(low), len(high)) > _SHORT:
        raise ValidationError(_("A postal code has at most %d signs.") % _SHORT)
    area["low"], area["high"] = low, high or low
    if low and area["high"] < low and not low.startswith(area["high"]):
        raise ValidationError(_("Until comes before from."))


def _country(text: str) -> str:
    try:
        return normalise.country(text)
    except normalise.UnusableError as error:
        raise ValidationError(_("Countries: “%s” is not known.") % text[:80]) from error


def _list(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in (piece.strip() for piece in text.split(",")) if part))
