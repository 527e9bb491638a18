"""Builds a form: made from a pattern, things to ask added, moved and taken away."""

from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.forms.known import KNOWN, is_taken
from leads.models import Attribute, Connection, FormAnswer, FormEnding, FormItem, Verdict, WebForm
from reps.models import Division

KIND = "web_form"
MOST_ITEMS = 60
# A question is called so until it has words.
UNNAMED = "new_question"


class Pattern(NamedTuple):
    """What a new form starts with; a star marks what must be filled in."""

    label: Any
    intent: str
    button: Any
    asks: str


PATTERNS = {
    "contact": Pattern(gettext_lazy("Contact"), "", gettext_lazy("Send"), "name* email* phone company message*"),
    "demo": Pattern(
        gettext_lazy("Book a demo"),
        "demo",
        gettext_lazy("Ask for a demo"),
        "first_name* last_name* email* company* phone employees country message",
    ),
    "pricing": Pattern(
        gettext_lazy("Ask for a price"),
        "pricing",
        gettext_lazy("Ask for a price"),
        "name* email* company* employees message",
    ),
    "trial": Pattern(
        gettext_lazy("Start a trial"),
        "trial",
        gettext_lazy("Start the trial"),
        "first_name* last_name* email* company*",
    ),
    "download": Pattern(gettext_lazy("Download"), "download", gettext_lazy("Get the download"), "name* email* company"),
}


@transaction.atomic
def new(*, name: str, pattern: str, division: Division) -> WebForm:
    """A form that can be opened at once; switched off until somebody switches it on."""
    chosen = PATTERNS[pattern]
    door = Connection.objects.create(
        division=division, kind=KIND, name=name, channel="form", intent=chosen.intent, active=False
    )
    form = WebForm.objects.create(connection=door, title=str(chosen.label), submit_label=str(chosen.button))
    FormEnding.objects.create(
        form=form, when=FormEnding.When.ANY, title=_("Thank you"), text=_("We have it, and will be in touch soon.")
    )
    for n, word in enumerate(chosen.asks.split()):
        key = word.rstrip("*")
        label, required = str(KNOWN[key].label), word.endswith("*")
        FormItem.objects.create(
            form=form, position=n, kind=FormItem.Kind.FIELD, key=key, label=label, required=required
        )
    return form


def addable(form: WebForm) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may still be asked, in groups of (value, label)."""
    there = set(form.items.values_list("key", flat=True))
    own = Attribute.objects.filter(division=form.connection.division_id, question="").order_by("label")
    kinds = (FormItem.Kind.CHOICE, FormItem.Kind.YES_NO, FormItem.Kind.NUMBER)
    groups = [
        (_("Questions"), [(f"{kind.value}:", str(kind.label).capitalize()) for kind in kinds]),
        (_("Fields of every lead"), [(f"field:{k.key}", str(k.label)) for k in KNOWN.values() if k.key not in there]),
        (_("Fields of your own"), [(f"attribute:{a.key}", a.label) for a in own if a.key not in there]),
    ]
    return [(label, options) for label, options in groups if options]


@transaction.atomic
def add(*, form: WebForm, what: str) -> FormItem | None:
    """One more thing to ask, at the end; nothing where it may not be added."""
    kind, _colon, key = what.partition(":")
    offered = {value: label for _group, options in addable(form) for value, label in options}
    if what not in offered or form.items.count() >= MOST_ITEMS:
        return None
    label = offered[what] if key else _("New question")
    last = form.items.aggregate(last=Max("position"))["last"]
    item = FormItem.objects.create(
        form=form,
        position=0 if last is None else last + 1,
        kind=kind,
        key=key or free_key(form, UNNAMED),
        label=label,
    )
    if kind == FormItem.Kind.YES_NO:
        for n, answer in enumerate(("yes", "no")):
            FormAnswer.objects.create(item=item, position=n, label=answer)
    return item


def free_key(form: WebForm, label: str) -> str:
    """A name among the answers that nothing else in the form has."""
    plain = (slugify(label)[:40].strip("-_") or "question").replace("-", "_")
    keys = set(form.items.values_list("key", flat=True))
    own = set(Attribute.objects.filter(division=form.connection.division_id).values_list("key", flat=True))
    names = [plain, *(f"{plain}_{n}" for n in range(2, MOST_ITEMS + 3))]
    return next(name for name in names if name not in keys | own and not is_taken(name))


@transaction.atomic
def move(*, item: FormItem, by: int) -> None:
    """One place up (-1) or down (1)."""
    rows = list(FormItem.objects.select_for_update().filter(form=item.form_id))
    there = next((n for n, row in enumerate(rows) if row.pk == item.pk), None)
    if there is None or not 0 <= there + by < len(rows):
        return
    rows[there], rows[there + by] = rows[there + by], rows[there]
    for n, row in enumerate(rows):
        if row.position != n:
            row.position = n
            row.save(update_fields=["position"])


def problems(form: WebForm) -> list[str]:
    """What should be mended before people see it, in words."""
    items = list(form.items.prefetch_related("answers"))
    keys = {item.key for item in items}
    told = []
    if not keys & {"email", "phone"}:
        told.append(_("It asks neither for e-mail nor for phone: nobody can answer."))
    told += [
        _("“%s” has fewer than two answers to choose from.") % item.label
        for item in items
        if item.kind == FormItem.Kind.CHOICE and item.answers.count() < 2
    ]
    told += [
        _("“%s” is no field of your own any more; what people write is kept as an answer.") % item.label
        for item in items
        if item.kind == FormItem.Kind.ATTRIBUTE and not _is_attribute(form, item.key)
    ]
    judging = any(a.verdict or a.points for item in items for a in item.answers.all())
    told += [
        _("“%s” tells people apart, but may be left empty.") % item.label
        for item in items
        if judging and not item.required and any(a.verdict == Verdict.DISQUALIFIED for a in item.answers.all())
    ]
    return told


def _is_attribute(form: WebForm, key: str) -> bool:
    return Attribute.objects.filter(division=form.connection.division_id, key=key).exists()
