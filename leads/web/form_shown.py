"""What the templates of a web form are given: every question with its control, what was typed, and what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from leads.conditions.facts import Type
from leads.conditions.fields import Catalogue
from leads.forms import token
from leads.forms.known import KNOWN, TRACKED
from leads.forms.reading import CONSENT, LONGEST, Sent, plain_address, storable
from leads.forms.traps import trap_name
from leads.models import FormItem, WebForm
from leads.qualify import normalise
from leads.qualify.freeze import catalogue_of

# From here on a list is shorter as a menu than as buttons.
_MOST_BUTTONS = 6
_CARRIED = ("fl_test", "fl_embed")


def shown(
    form: WebForm,
    *,
    now: datetime,
    sent: Sent | None = None,
    errors: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The form as it is drawn; `sent` is what was typed, `told` what the page's address and the browser say."""
    typed, wrong = sent or Sent(), errors or {}
    catalogue = catalogue_of(form.connection.division_id)
    items = list(form.items.prefetch_related("answers"))
    prefix = f"fl-{form.uid.hex[:6]}"
    fields = [_field(item, typed, wrong.get(item.key, ""), catalogue, prefix) for item in items]
    consent = {
        "name": CONSENT,
        "id": f"{prefix}-consent",
        "text": form.consent,
        "checked": bool(typed.get(CONSENT)),
        "error": wrong.get(CONSENT, ""),
    }
    return {
        "form": form,
        "prefix": prefix,
        "action": reverse("form-page", args=[form.uid]),
        "fields": fields,
        "consent": consent if form.consent else None,
        "hidden": _hidden(form, now=now, sent=sent, told=told or {}),
        "trap": trap_name(form),
        "trap_typed": storable(typed.get(trap_name(form)) or ""),
        "problems": [
            *([{"text": wrong[""], "id": ""}] if wrong.get("") else []),
            *({"text": _told(f["label"], f["error"]), "id": f["focus"]} for f in fields if f["error"]),
            *([{"text": consent["error"], "id": consent["id"]}] if consent["error"] else []),
        ],
        "test": bool(typed.get("fl_test") or (told or {}).get("fl_test")),
        "embedded": bool(typed.get("fl_embed") or (told or {}).get("fl_embed")),
    }


def _told(label: str, error: str) -> str:
    """One line of the summary."""
    return f"{label} {error}" if label.endswith(("?", ".", "!", ":")) else f"{label}: {error}"


def _hidden(form: WebForm, *, now: datetime, sent: Sent | None, told: Mapping[str, str]) -> list[tuple[str, str]]:
    """The note, and where the person came from. A note that holds is kept, so that mending a field costs no time."""
    given: Mapping[str, str] = told if sent is None else sent
    note = storable(given.get("fl_token") or "")
    known = token.read(note, form)
    if known is None or known.is_old(now):
        note = token.draw(form, now=now, again=sent is not None)
    kept = {"fl_token": note}
    kept |= {key: storable(given.get(key) or "")[:500] for key in (*TRACKED, *_CARRIED)}
    kept |= {key: plain_address(given.get(key) or "") for key in ("fl_referrer", "fl_page")}
    always = {"fl_token", "fl_referrer", "fl_page"}
    return [(key, value) for key, value in kept.items() if value or key in always]


def _field(item: FormItem, typed: Sent, error: str, catalogue: Catalogue, prefix: str) -> dict[str, Any]:
    known = KNOWN.get(item.key) if item.kind == FormItem.Kind.FIELD else None
    control, options = _control(item, catalogue)
    values = [storable(value) for value in typed.getlist(item.key)]
    name = f"{prefix}-{item.key}"
    chosen = _chosen(item, values)
    marks = [f"{name}-help"] if item.help else []
    return {
        "name": item.key,
        "id": name,
        "focus": f"{name}-1" if control in {"radio", "checks"} else name,
        "label": item.label,
        "help": item.help,
        "required": item.required,
        "control": control,
        "type": {"email": "email", "tel": "tel", "date": "date"}.get(control, "text"),
        "autocomplete": known.autocomplete if known else "off",
        "inputmode": (known.inputmode if known else "decimal" if control == "number" else ""),
        "most": min(known.most if known else 1000, LONGEST),
        "value": values[0] if values else "",
        "options": [
            {"value": value, "label": label, "id": f"{name}-{n}", "chosen": value in chosen}
            for n, (value, label) in enumerate(options, start=1)
        ],
        "error": error,
        "described": " ".join([*([f"{name}-error"] if error else []), *marks]),
    }


def _chosen(item: FormItem, values: list[str]) -> set[str]:
    """A country may be typed by name and is chosen by code."""
    if item.kind == FormItem.Kind.FIELD and item.key == "country" and values and values[0]:
        try:
            return {normalise.country(values[0])}
        except normalise.UnusableError:
            return set()
    return set(values)


def _control(item: FormItem, catalogue: Catalogue) -> tuple[str, Sequence[tuple[str, str]]]:
    """How it is asked, and what may be chosen."""
    if item.is_question:
        plain = {FormItem.Kind.YES_NO.value: Type.YES_NO, FormItem.Kind.NUMBER.value: Type.NUMBER}
        return _plain(plain[item.kind]) if item.kind in plain else _one_of([a.label for a in item.answers.all()])
    if item.kind == FormItem.Kind.ATTRIBUTE:
        asked = catalogue.get(item.key)
        options = [o.value for o in asked.options] if asked else []
        if asked and asked.type is Type.LIST and options:
            return "checks", [(o, o) for o in options]
        choices = options or item.choices
        return _one_of(choices) if choices else _plain(asked.type if asked else Type.TEXT)
    if item.choices:
        return _one_of(item.choices)
    control = KNOWN[item.key].control
    return control, normalise.country_names() if control == "country" else ()


def _plain(kind: Type) -> tuple[str, Sequence[tuple[str, str]]]:
    if kind is Type.YES_NO:
        return "radio", (("yes", _("Yes")), ("no", _("No")))
    return {Type.NUMBER: "number", Type.DATE: "date"}.get(kind, "text"), ()


def _one_of(texts: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    return "radio" if len(texts) <= _MOST_BUTTONS else "select", [(text, text) for text in texts]
