"""Web forms, built as ops build them."""

from itertools import count

from leads.forms import build
from leads.models import FormAnswer, FormItem
from reps.models import Division

_n = count(1)


def web_form(name="", *, pattern="contact", active=True, asks=None, **fields):
    """`asks` replaces what the pattern asks: words as in `leads.forms.build.PATTERNS`."""
    made = build.new(name=name or f"Form {next(_n)}", pattern=pattern, division=Division.objects.get())
    door = {key: fields.pop(key) for key in ("source", "channel", "campaign", "intent") if key in fields}
    made.connection.active = active
    for key, value in door.items():
        setattr(made.connection, key, value)
    made.connection.save()
    for key, value in fields.items():
        setattr(made, key, value)
    made.save()
    if asks is not None:
        made.items.all().delete()
        for word in asks.split():
            ask(made, f"field:{word.rstrip('*')}", required=word.endswith("*"))
    return made


def ask(form, what, *, required=False):
    """One more field: field:email, attribute:plan."""
    item = build.add(form=form, what=what)
    FormItem.objects.filter(pk=item.pk).update(required=required)
    return item


def question(form, key, *answers, kind="choice", **fields):
    """Answers are tuples of the label and what else the answer has."""
    item = FormItem.objects.create(
        form=form, position=99, kind=kind, key=key, label=fields.pop("label", key.capitalize()), **fields
    )
    for n, (label, more) in enumerate(answers):
        FormAnswer.objects.create(item=item, position=n, label=label, **more)
    return item
