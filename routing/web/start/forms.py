"""What the first run asks: a few words about the team, and its people, a row each."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.qualify import normalise
from routing.start import HOURS, Person, Shape, Split, Team, Wanted

ROWS = 5
_BETWEEN = re.compile(r"[,;\n]+")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class WordsField(forms.CharField):
    """Several words with commas between them, each read by `read`; a word that cannot be read is named."""

    def __init__(self, *, read: Any, wrong: Any, **options: Any) -> None:
        self._read, self._wrong = read, wrong
        super().__init__(required=False, max_length=2000, **options)

    def clean(self, value: Any) -> Any:
        """A tuple, each word once."""
        text = super().clean(value)
        found: dict[str, None] = {}
        for word in filter(None, map(str.strip, _BETWEEN.split(text))):
            try:
                found[self._read(word)] = None
            except ValueError:
                raise ValidationError(self._wrong % {"word": word[:60]}) from None
        return tuple(found)


def _country(word: str) -> str:
    return normalise.country(word)


def _domain(word: str) -> str:
    name = word.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    if not _DOMAIN.fullmatch(name):
        raise ValueError(name)
    return name


COUNTRIES = {
    "read": _country,
    "wrong": gettext_lazy("We know no country “%(word)s”. Write its name or its two letters."),
}
DOMAINS = {"read": _domain, "wrong": gettext_lazy("“%(word)s” is no address of a website. Write it like acme.com.")}


class PersonForm(forms.Form):
    """One row; an empty one is nobody."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    countries = WordsField(label=gettext_lazy("Countries"), **COUNTRIES)
    domains = WordsField(label=gettext_lazy("Companies they own"), **DOMAINS)

    def __init__(self, *args: Any, asks: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"countries", "domains"} - {asks}:
            del self.fields[name]
        hints = {"countries": _("Germany, Austria"), "domains": "acme.com, northwind.io"}
        if asks:
            self.fields[asks].widget.attrs["placeholder"] = hints[asks]

    def clean(self) -> dict[str, Any]:
        """Name and e-mail, or neither."""
        found: dict[str, Any] = super().clean() or {}
        name, email = found.get("name"), found.get("email")
        if (email or found.get("countries") or found.get("domains")) and not name and "name" not in self.errors:
            self.add_error("name", _("Write their name."))
        if name and not email and "email" not in self.errors:
            self.add_error("email", _("Write their e-mail: they are told of their leads there."))
        return found

    def person(self) -> Person | None:
        """Who the row names."""
        said = self.cleaned_data
        if not said.get("email"):
            return None
        return Person(said["name"], said["email"].lower(), said.get("countries", ()), said.get("domains", ()))


class PeopleRows(forms.BaseFormSet):
    """The people of one team."""

    default_error_messages: ClassVar = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": gettext_lazy("A part of the page did not arrive. Write the people once more."),
    }

    def clean(self) -> None:
        """Somebody, and nobody twice."""
        if any(self.errors) or not self.management_form.is_valid():
            return
        emails = [person.email for person in self.people()]
        if not emails:
            raise ValidationError(_("Name at least one person who takes leads."))
        if twice := next((email for n, email in enumerate(emails) if email in emails[:n]), ""):
            raise ValidationError(_("%s stands here twice.") % twice)

    def people(self) -> tuple[Person, ...]:
        """In order, without the empty rows."""
        return tuple(filter(None, (form.person() for form in self.forms)))


People = forms.formset_factory(PersonForm, formset=PeopleRows, extra=ROWS, max_num=200, absolute_max=200)


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"]


class TeamForm(forms.Form):
    """What holds for everybody; with two teams, what tells their leads apart."""

    split = forms.ChoiceField(
        label=gettext_lazy("The first group takes"),
        choices=[
            (Split.SIZE.value, gettext_lazy("large companies")),
            (Split.COUNTRIES.value, gettext_lazy("certain countries")),
        ],
        initial=Split.SIZE.value,
    )
    employees = forms.IntegerField(
        label=gettext_lazy("Large means employees, at least"),
        initial=200,
        required=False,
        validators=[MinValueValidator(1), MaxValueValidator(10_000_000)],
    )
    countries = WordsField(label=gettext_lazy("These countries"), **COUNTRIES)
    respond_within = forms.IntegerField(
        label=gettext_lazy("First contact within minutes"),
        initial=15,
        validators=[MinValueValidator(1), MaxValueValidator(10_080)],
    )
    hours = forms.ChoiceField(
        label=gettext_lazy("They work"),
        choices=[(key, hours.label) for key, hours in HOURS.items()],
        help_text=gettext_lazy("Each can change their own hours afterwards. Who is off duty gets no lead."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=_zones, widget=forms.Select({"data-own-zone": ""})
    )
    invite = forms.BooleanField(
        label=gettext_lazy("Write to them now, so that they can sign in"), required=False, initial=True
    )

    def __init__(self, *args: Any, shape: Shape, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shape = shape
        names = [(f"team{n}", label) for n, label in enumerate(shape.teams)]
        for key, label in names:
            self.fields[key] = forms.CharField(label=_("Name of the group"), max_length=100, initial=label)
        if not shape.teams[1:]:
            for name in ("split", "employees", "countries"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """What tells the groups apart is said, and they have two names."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("split") == Split.SIZE and not said.get("employees") and "employees" not in self.errors:
            self.add_error("employees", _("Say from how many employees on a company is large."))
        if said.get("split") == Split.COUNTRIES and not said.get("countries") and "countries" not in self.errors:
            self.add_error("countries", _("Name at least one country."))
        if self.shape.teams[1:] and said.get("team0") and said.get("team0") == said.get("team1"):
            self.add_error("team1", _("Both groups have the same name."))
        return said

    def wanted(self, people: Iterable[tuple[Person, ...]]) -> Wanted:
        """With the people of each team, in order."""
        said = self.cleaned_data
        return Wanted(
            shape=self.shape.key,
            teams=tuple(Team(said[f"team{n}"], who) for n, who in enumerate(people)),
            respond_within=said["respond_within"],
            hours=said["hours"],
            time_zone=said["time_zone"],
            split=Split(said.get("split", Split.SIZE)),
            employees=said.get("employees") or 0,
            countries=said.get("countries") or (),
        )
