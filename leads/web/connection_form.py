"""What ops fill in for a connection: what its leads are called, and the connector's own settings, checked by kind."""

import ipaddress
import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.lib import addresses, http
from leads import incoming, mapping, secrets
from leads.connector import ONLY_FROM, Connector, Kind, Setting, Source, UnreadableError, json_in
from leads.models import Connection
from leads.qualify.freeze import catalogue_of
from leads.templated import Templated

_SAID = ("source", "channel", "campaign", "intent")
_LONGEST = 5000


class ConnectionForm(forms.Form):
    """Name, what its leads are called, settings by their kind; a secret is written, never shown."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("As you call it here."))
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("What its leads have as source, in rules and reports. Empty = the name."),
    )
    channel = forms.CharField(label=gettext_lazy("Channel"), max_length=40, required=False)
    campaign = forms.CharField(
        label=gettext_lazy("Campaign"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Where a lead names none."),
    )
    intent = forms.CharField(
        label=gettext_lazy("Intent"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"list": "intents"}),
        help_text=gettext_lazy("What its people want: demo, pricing, trial or download. Rules may ask for it."),
    )
    strict = forms.BooleanField(
        label=gettext_lazy("Refuse a lead with a field that cannot be read"),
        required=False,
        help_text=gettext_lazy("Off: the lead is taken, and what cannot be read is kept among its answers."),
    )

    def __init__(self, *args: Any, connector: Connector, connection: Connection | None = None, **kwargs: Any) -> None:
        self.connector, self.connection = connector, connection
        self.filled = secrets.names_of(connection) if connection else set()
        super().__init__(*args, **{**kwargs, "initial": self._stored()})
        if not isinstance(connector, Source):
            for name in (*_SAID, "strict"):
                del self.fields[name]
        for setting in settings_of(connector):
            self.fields[_key(setting)] = self._field(setting)
        if isinstance(connector, Templated):
            self.fields["mapping"] = _mapping_field()

    def _stored(self) -> dict[str, Any]:
        if self.connection is None:
            first = {_key(s): s.default for s in settings_of(self.connector)}
            return {**first, "name": self.connector.label}
        found: dict[str, Any] = {name: getattr(self.connection, name) for name in ("name", "strict", *_SAID)}
        found["mapping"] = json.dumps(self.connection.mapping, ensure_ascii=False) if self.connection.mapping else ""
        for setting in settings_of(self.connector):
            if setting.kind is not Kind.SECRET:
                found[_key(setting)] = self.connection.settings.get(setting.name, setting.default)
        return found

    def _field(self, setting: Setting) -> forms.Field:
        label, told = _(setting.label), _(setting.help) if setting.help else ""
        if setting.kind is Kind.YES_NO:
            return forms.BooleanField(label=label, help_text=told, required=False)
        if setting.kind is Kind.CHOICE:
            choices = [(value, _(text)) for value, text in setting.choices]
            return forms.ChoiceField(label=label, help_text=told, choices=choices)
        if setting.kind is Kind.SECRET:
            kept = setting.name in self.filled
            told = " ".join(filter(None, (told, _("Filled in: leave it empty to keep it.") if kept else "")))
            needed = setting.required and not kept
            widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
            return forms.CharField(label=label, help_text=told, required=needed, max_length=_LONGEST, widget=widget)
        if setting.kind is Kind.PORT:
            return forms.IntegerField(label=label, help_text=told, required=False, min_value=1, max_value=65535)
        field = forms.CharField(label=label, help_text=told, required=setting.required, max_length=_LONGEST)
        if setting.kind is Kind.HOST:
            field.validators.append(_check_host)
        if setting.kind is Kind.URL:
            field.validators.append(_check_url)
        if setting == ONLY_FROM:
            field.validators.append(_check_networks)
        return field

    def own_fields(self) -> Iterator[BoundField]:
        """Its name, the connector's settings, and the mapping of an enricher, whose answers no page shows."""
        names = ["name", *(_key(setting) for setting in settings_of(self.connector)), "mapping"]
        return (self[name] for name in names if name in self.fields)

    def said_fields(self) -> Iterator[BoundField]:
        """What its leads are called."""
        return (self[name] for name in (*_SAID, "strict") if name in self.fields)

    def clean_name(self) -> str:
        """Two of one kind are told apart by name."""
        name: str = self.cleaned_data["name"].strip()
        others = Connection.objects.filter(kind=self.connector.name, name=name)
        if self.connection:
            others = others.exclude(pk=self.connection.pk)
        if others.exists():
            raise forms.ValidationError(_("There is one of this name already."))
        return name

    def clean_mapping(self) -> dict[str, mapping.Rule]:
        """Our fields alone, each with its place or places."""
        text: str = self.cleaned_data["mapping"].strip()
        try:
            catalogue = catalogue_of((self.connection or Connection()).division_id)
            return mapping.check(json_in(text) if text else {}, incoming.fields(catalogue))
        except (UnreadableError, mapping.MappingError) as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """What the connector says of settings that hang together."""
        given = {s.name: self.cleaned_data.get(_key(s)) for s in settings_of(self.connector)}
        for name, why in self.connector.problems(given, self.filled).items():
            self.add_error(f"own_{name}", _(why))
        return self.cleaned_data

    def save(self) -> Connection:
        """Write it; a new source gets its address, a changed secret leaves the old one good for a day."""
        connection = self.connection or Connection(kind=self.connector.name)
        given = self.cleaned_data
        for name in ("name", "strict", *_SAID):
            if name in self.fields:
                setattr(connection, name, given[name])
        if "mapping" in self.fields:
            connection.mapping = given["mapping"]
        own = settings_of(self.connector)
        shown = {s.name: "" if given[_key(s)] is None else given[_key(s)] for s in own if s.kind is not Kind.SECRET}
        connection.settings = {**connection.settings, **shown}
        written = {s.name: given[_key(s)].strip() for s in own if s.kind is Kind.SECRET and given[_key(s)].strip()}
        if written:
            secrets.put(connection, written, now=timezone.now())
        if isinstance(self.connector, Source) and not connection.address_digest:
            secrets.give_address(connection)
        connection.save()
        return connection


def _mapping_field() -> forms.CharField:
    return forms.CharField(
        label=_("Mapping"),
        required=False,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control mono", "spellcheck": "false"}),
        help_text=_('Our field and its place in the answer: {"employees": "company.size"}. Empty = told by names.'),
    )


def settings_of(connector: Connector) -> tuple[Setting, ...]:
    """The connector's own, and what every source has."""
    return (*connector.settings, ONLY_FROM) if isinstance(connector, Source) else connector.settings


def _key(setting: Setting) -> str:
    return f"own_{setting.name}"


def _check_url(value: str) -> None:
    try:
        http.check_url(value)
    except http.RefusedError as error:
        raise forms.ValidationError(str(error)) from error


def _check_host(value: str) -> None:
    try:
        addresses.check_host(value.strip(), port=443, usual=frozenset({443}))
    except addresses.RefusedError as error:
        raise forms.ValidationError(str(error)) from error


def _check_networks(value: str) -> None:
    for part in filter(None, (part.strip() for part in value.split(","))):
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError as error:
            raise forms.ValidationError(_("“%s” is neither an IP address nor a network.") % part[:60]) from error
