"""Words and marks of the pages: icons, durations in words, instants with the exact time on hover, avatars, bars."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from config.lib.paging import EXACT

register = template.Library()

Seconds = float | int | timedelta | None
MINUS = "\N{MINUS SIGN}"
EMPTY = "-"
DUE_SOON = 300


def in_seconds(value: Seconds) -> float | None:
    """A duration as seconds, whichever way it came; None stays None."""
    if value is None:
        return None
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


def present(context: template.Context) -> datetime:
    """The instant the page tells about: `now` of the view, so that one page never shows two times."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """One icon of the sprite, unseen by screen readers: the words stand beside it."""
    return _drawn(static("img/icons.svg"), name, classes)


@cache  # a list of leads has hundreds of them, of a few dozen kinds
def _drawn(sprite: str, name: str, classes: str) -> SafeString:
    css = f"i {classes}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name)


@register.filter
def many(n: int) -> str:
    """A number of rows as lists count them: to 10,000, and then that there are more."""
    return _("more than %s") % formats.number_format(EXACT, use_l10n=True, force_grouping=True) if n > EXACT else str(n)


@register.filter
def duration(value: Seconds) -> str:
    """A duration in words, two units at most: 0.4 s, 26 s, 4 min, 1 h 12 min, 3 days."""
    seconds = in_seconds(value)
    if seconds is None:
        return EMPTY
    seconds = abs(seconds)
    if seconds < 10:
        return _("%(n)s s") % {
            "n": formats.number_format(round(seconds, 1), use_l10n=True) if seconds % 1 else int(seconds)
        }
    if seconds < 60:
        return _("%(n)s s") % {"n": int(seconds)}
    minutes = int(seconds // 60)
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return _("%(h)s h %(m)02d min") % {"h": hours, "m": rest} if rest else _("%(h)s h") % {"h": hours}
    days = hours // 24
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


@register.filter
def digits(value: Seconds) -> str:
    """A duration as a clock shows it: 4:12; from an hour on in words, so that 4:12 is never hours."""
    seconds = in_seconds(value)
    if seconds is None:
        return EMPTY
    seconds = abs(int(seconds))
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds < 3600 else duration(seconds)


@register.filter
def percent(value: float | Decimal | None, places: int = 0) -> str:
    """A share of one as a percentage: 0.93 -> 93 %."""
    if value is None:
        return EMPTY
    return _("%(n)s %%") % {"n": formats.number_format(round(float(value) * 100, places), places)}


@register.filter
def signed(value: float | Decimal | None, places: int = 2) -> str:
    """A number with its sign, as on a statement: +0.82, or 0.00."""
    if value is None:
        return EMPTY
    rounded = round(float(value), places)
    mark = "+" if rounded > 0 else MINUS if rounded < 0 else ""
    return mark + formats.number_format(abs(rounded), places)


@register.filter
def ordinal(value: int) -> str:
    """A place in the line: 1st, 2nd, 3rd, 4th."""
    n = int(value)
    if n % 100 in {11, 12, 13}:
        return pgettext("place in line", "%(n)sth") % {"n": n}
    forms = {
        1: pgettext("place in line", "%(n)sst"),
        2: pgettext("place in line", "%(n)snd"),
        3: pgettext("place in line", "%(n)srd"),
    }
    return forms.get(n % 10, pgettext("place in line", "%(n)sth")) % {"n": n}


@register.filter
def initials(name: object) -> str:
    """First and last initial of a name: Ana Lindqvist -> AL."""
    words = [word for word in str(name or "").split() if word[0].isalpha()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


@register.filter
def dial(number: object) -> str:
    """A phone number as a tel: link takes it."""
    return "".join(sign for sign in str(number or "") if sign.isdigit() or sign == "+")


@register.simple_tag
def avatar(name: object, classes: str = "") -> SafeString:
    """The round mark of a person; the name stands beside it in words."""
    return format_html('<span class="{}" aria-hidden="true">{}</span>', f"av {classes}".strip(), initials(name))


def exactly(at: datetime) -> str:
    """The exact instant in the reader's zone, for the hover."""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'l j F Y, H:i:s')} {local.tzname() or ''}".strip()


def in_short(at: datetime, now: datetime) -> str:
    """The shortest form that is still plain: 10:02, Fri 09:15, 3 Jun, 3 Jun 2025."""
    local, today = timezone.localtime(at), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        return formats.date_format(local, "H:i")
    if days < 7:
        return formats.date_format(local, "D H:i")
    return formats.date_format(local, "j M" if local.year == today.year else "j M Y")


@register.simple_tag(takes_context=True)
def instant(context: template.Context, at: datetime | None, form: str = "short") -> SafeString | str:
    """An instant in the reader's zone, exact on hover. form: short, or any Django date format such as "l j F, H:i"."""
    if at is None:
        return EMPTY
    text = in_short(at, present(context)) if form == "short" else formats.date_format(timezone.localtime(at), form)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exactly(at), text)


@register.simple_tag(takes_context=True)
def age(context: template.Context, at: datetime | None) -> SafeString | str:
    """How long ago (or until) an instant is, in words that keep running, exact on hover."""
    if at is None:
        return EMPTY
    words = duration(int(abs((present(context) - at).total_seconds())))
    return format_html('<time datetime="{}" title="{}" data-age>{}</time>', at.isoformat(), exactly(at), words)


@register.inclusion_tag("components/clock.html", takes_context=True)
def clock(
    context: template.Context, due_at: datetime | None, allowed: Seconds = None, paused_until: datetime | None = None
) -> dict[str, Any]:
    """The response clock of a lead: what is left or over, and the bar. A clock that stands still says until when."""
    now = present(context)
    if due_at is None:
        return {"kind": "none"}
    left = (due_at - now).total_seconds()
    span = in_seconds(allowed) or 0
    if left < 0:
        kind = "late"
    elif paused_until or (span and left > span):
        # More wall time than is allowed is left: working hours end in between, so the instant says more.
        kind = "later"
    else:
        kind = "soon" if left <= min(DUE_SOON, span / 3 if span else DUE_SOON) else "runs"
    used = 100 * (1 - left / span) if span else 0
    share = 100 if left < 0 else max(0, min(100, round(used)))
    return {
        "now": now,
        "kind": kind,
        "due_at": due_at,
        "exact": exactly(due_at),
        "text": digits(left),
        "allowed": span,
        "share": 0 if kind == "later" else share,
        "paused_until": paused_until,
    }


@register.inclusion_tag("components/load_bar.html")
def load_bar(name: object, load: int, capacity: int | None = None) -> dict[str, Any]:
    """Open leads against capacity; without a capacity only the number."""
    full = capacity is not None and load >= capacity
    return {"name": name, "load": load, "capacity": capacity, "full": full}


@register.filter
def per_hundred(value: float | None) -> str:
    """A share of one as a number per hundred: 0.174 -> 17.4."""
    return EMPTY if value is None else formats.number_format(round(float(value) * 100, 1), 1)
