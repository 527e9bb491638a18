"""The grid of news by channel with its quiet hours: what is shown of a kind, and what was sent of it."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_time
from django.utils.translation import gettext as _

from config.lib.typed import whole
from reps import access, endpoints, news
from reps.channel import Channel
from reps.channels import IN_APP, all_channels
from reps.models import Preference, User
from reps.web import reader


def kinds_of(user: User) -> list[news.Kind]:
    """What there is to tell people of their roles."""
    return news.kinds_for(rep=bool(access.rep_of(user)), manager=access.is_manager(user))


def usual(kind: news.Kind) -> set[str]:
    """The channels it goes by where nobody chose."""
    return set(kind.usual) & set(all_channels())


def row_of(
    kind: news.Kind, user: User, *, ways: list[Channel], reached: set[str], wrong: Mapping[str, str], typed: Any
) -> dict[str, Any]:
    """One kind of news: what is ticked, and its quiet hours; as typed where something was wrong."""
    kept = Preference.objects.filter(user=user, kind=kind.key).first()
    row = kept or Preference(user=user, kind=kind.key, channels=sorted(usual(kind)))
    if typed is not None and f"{kind.key}.sent" in typed:
        row = Preference(user=user, kind=kind.key)
        row.channels = typed.getlist(f"{kind.key}.channels")
        row.quiet_days = _days(typed.getlist(f"{kind.key}.days"))
        row.on_shift = bool(typed.get(f"{kind.key}.on_shift"))
        row.quiet_from, row.quiet_until = (time_of(typed.get(f"{kind.key}.{end}", "")) for end in ("from", "until"))
    return {
        "kind": kind,
        "ways": [
            {"name": one.name, "label": one.label, "on": one.name in row.channels, "reached": one.name in reached}
            for one in ways
            if one.name != IN_APP
        ],
        "row": row,
        "quiet": row.quiet_from is not None,
        "days": row.quiet_days if row.quiet_from is not None else list(range(7)),
        "error": wrong.get(kind.key, ""),
    }


def read(request: HttpRequest, kind: news.Kind) -> tuple[dict[str, Any], str]:
    """What was sent of one kind, and what is wrong with it."""
    post = request.POST
    begins, ends = post.get(f"{kind.key}.from", "").strip(), post.get(f"{kind.key}.until", "").strip()
    start, end = time_of(begins), time_of(ends)
    days = _days(post.getlist(f"{kind.key}.days"))
    error = ""
    if (begins and start is None) or (ends and end is None):
        error = _("Quiet hours of “%s”: enter times like 22:00.") % kind.label
    elif (start is None) != (end is None):
        error = _("Quiet hours of “%s” need a beginning and an end; or neither.") % kind.label
    elif start is not None and not days:
        error = _("Quiet hours of “%s”: tick at least one day, or empty both times.") % kind.label
    elif start is not None and start == end and len(days) == 7:
        error = _("Quiet hours of “%s” would never end. Untick its channels instead.") % kind.label
    chosen = [name for name in post.getlist(f"{kind.key}.channels") if name in all_channels() and name != IN_APP]
    kept = Preference.objects.filter(user=reader.user(request), kind=kind.key).first()
    before = set(kept.channels) if kept else usual(kind)
    # What the page could not show stays as it was.
    hidden = before & endpoints.channels_off()
    return {
        "channels": sorted({*chosen, *hidden}),
        "quiet_from": start,
        "quiet_until": end,
        "quiet_days": days if start is not None else [],
        "on_shift": bool(post.get(f"{kind.key}.on_shift")),
    }, error


def _days(texts: Iterable[str]) -> list[int]:
    """Days of the week, 0 to 6, each once; what is no day is left out."""
    return sorted({day for text in texts if (day := whole(text, most=6)) is not None})


def time_of(text: str) -> time | None:
    """A time of day as typed; None where it is none."""
    try:
        return parse_time(text.strip())
    except ValueError:
        return None
