"""The board in words: the headline, what needs a person and why, the parts of the flow, notes of duty, alerts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reporting.cohort import Figures
from reporting.on_duty import Duty, OnDuty
from reporting.today import Arrived, Stuck, Waiting
from reporting.web import figures
from reps.models import Group
from reps.templatetags.face import duration
from routing import wording

_MOST_SOURCES = 6
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Links:
    """Where the figures lead: the list of leads, narrowed to the group shown."""

    since: datetime
    group: str

    def leads(self, *, of_today: bool = False, group: str = "", **filters: str) -> str:
        """The list under these filters."""
        asked = {**({"group": group or self.group} if group or self.group else {}), **filters}
        if of_today:
            asked["arrived_after"] = self.since.isoformat()
        return reverse("leads") + (f"?{urlencode(asked)}" if asked else "")


def headline(leads: int, usual: float | None, overdue: int) -> str:
    """The answer in two sentences."""
    return f"{_came(leads, usual)} {_late(overdue)}"


def _came(leads: int, usual: float | None) -> str:
    if not leads:
        return _("No leads yet today.")
    came = ngettext("%(n)s lead today", "%(n)s leads today", leads) % {"n": number_format(leads, force_grouping=True)}
    if usual is None or usual < 1:  # too few to compare with
        return _("%s.") % came
    off = round(leads - usual)
    if not off:
        return _("%s, as many as usual by now.") % came
    words = _("%(came)s, %(n)s more than usual by now.") if off > 0 else _("%(came)s, %(n)s fewer than usual by now.")
    return words % {"came": came, "n": number_format(abs(off), force_grouping=True)}


def _late(n: int) -> str:
    if not n:
        return _("Nothing is overdue.")
    small = (
        _("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine"), _("Ten"),
    )  # fmt: skip
    word = small[n - 1] if n <= len(small) else number_format(n, force_grouping=True)
    return ngettext("%(n)s is overdue.", "%(n)s are overdue.", n) % {"n": word}


def needs(
    waits: Sequence[Waiting], soon: Sequence[tuple[str, int]], groups: Iterable[Group], link: Links, *, now: datetime
) -> list[dict[str, Any]]:
    """The four numbers that wait for a person."""
    names = {group.pk: group.name for group in groups}
    late = [w for w in waits if w.due_first]
    worst = min(late, key=lambda w: w.due_first or now) if late else None
    up_to = ""
    if worst and worst.due_first:
        longest = _("up to %s") % duration(int((now - worst.due_first).total_seconds()))
        up_to = ", ".join(filter(None, (longest, names.get(worst.group or 0, ""))))
    people = [f"{name.split(' ')[0]} {number_format(n)}" for name, n in soon[:3]]
    return [
        _need(sum(w.overdue for w in waits), "late", _("overdue"), up_to or _("nothing waits"),
              link.leads(status="assigned", due="overdue")),
        _need(sum(w.soon for w in waits), "due", _("due in 5 min"), ", ".join(people),
              link.leads(status="assigned", due="soon")),
        _need(sum(w.desk for w in waits), "", _("to assign"), _oldest([w.desk_first for w in waits], now),
              reverse("to-assign")),
        _need(sum(w.pooled for w in waits), "", _("in the pool"), _oldest([w.pooled_first for w in waits], now),
              link.leads(status="in_pool")),
    ]  # fmt: skip


def _need(n: int, tone: str, what: str, note: str, url: str) -> dict[str, Any]:
    return {"n": n, "tone": tone, "what": what, "note": note, "url": url}


def _oldest(instants: Iterable[datetime | None], now: datetime) -> str:
    known = [at for at in instants if at]
    if not known:
        return ""
    seconds = int((now - min(known)).total_seconds())
    return _("came in just now") if seconds < _MINUTE else _("oldest waits %s") % duration(seconds)


def flow(
    arrived: Sequence[Arrived], dropped: Sequence[tuple[str, int]], waits: Sequence[Waiting], link: Links
) -> dict[str, Any] | None:
    """The picture's contract (reps/web/flow.py); None on a day without leads."""
    if not arrived:
        return None
    places: Counter[str] = Counter()
    for part in arrived:
        places[part.place] += part.n
    given = {place: places[place] for place in ("answered", "runs", "due", "late")}
    until = min((w.held_until for w in waits if w.held_until), default=None)
    holds = _("waiting until %s") % _clock(until) if until else _("waiting")

    def side(key: str, label: str, count: int, short: str = "", **filters: str) -> dict[str, Any]:
        url = link.leads(of_today=True, **filters)
        return {"key": key, "label": label, "short": short or label, "count": count, "url": url}

    return {
        "sources": _sources(arrived, link),
        "dropped": {
            "label": _("not qualified"),
            "note": ", ".join(f"{number_format(n)} {_dropped(reason, n)}" for reason, n in dropped[:3]),
            "url": link.leads(of_today=True, status="rejected"),
        },
        "went": [
            # With a rep: assigned, or closed since.
            side("assigned", _("assigned"), sum(given.values()), owned="yes"),
            side("pooled", _("in the pool"), places["pooled"], status="in_pool"),
            side("desk", _("to assign"), places["desk"], status="to_assign"),
            side("held", holds, places["held"], _("waiting"), status="waiting"),
            side("other", _("being assigned"), places["other"], status="received"),
        ],
        "answered": [
            side("answered", _("answered"), given["answered"], due="made"),
            side("runs", _("in time so far"), given["runs"], _("in time"), due="later"),
            side("due", _("due in 5 min"), given["due"], _("due soon"), status="assigned", due="soon"),
            side("late", _("overdue"), given["late"], status="assigned", due="overdue"),
        ],
    }


def _dropped(reason: str, n: int) -> str:
    words = {
        "rejected_by_rule": _("by a rule"),
        "by_hand_spam": _("spam"),
        "by_hand_duplicate": ngettext("duplicate", "duplicates", n),
        "by_hand_no_customer": _("no customer"),
        "by_hand_no_contact": _("no way to reach them"),
    }
    return words.get(reason) or wording.waits_because("rejected", reason).lower()


def _sources(arrived: Sequence[Arrived], link: Links) -> list[dict[str, Any]]:
    """The greatest by name, the rest as one."""
    came: dict[str, Counter[bool]] = {}
    for part in arrived:
        came.setdefault(part.source, Counter())[part.place == "dropped"] += part.n
    order = sorted(came, key=lambda source: (-came[source].total(), source))
    shown = order if len(order) <= _MOST_SOURCES else order[: _MOST_SOURCES - 1]
    rows = [
        {
            "label": source or _("source not known"),
            "qualified": came[source][False],
            "dropped": came[source][True],
            "url": link.leads(of_today=True, source=source) if source else link.leads(of_today=True),
        }
        for source in shown
    ]
    rest = order[len(shown) :]
    if rest:
        rows.append(
            {
                "label": _("%s other sources") % number_format(len(rest)),
                "qualified": sum(came[source][False] for source in rest),
                "dropped": sum(came[source][True] for source in rest),
                "url": link.leads(of_today=True),
            }
        )
    return rows


def on_duty_row(row: OnDuty, *, now: datetime) -> dict[str, Any]:
    """A rep on duty; being full is said in place of the end of the shift."""
    full = row.room == 0
    until = _("until %s") % _when(row.until, now) if row.until else _("around the clock")
    return {
        "name": row.rep.name,
        "group": ", ".join(row.groups),
        "load": row.load,
        "capacity": row.capacity,
        "leads_today": row.leads_today,
        "fair_share": row.share.entitled if row.share else None,
        "note": _("at capacity") if full else until,
        "tone": "due" if full else "",
        "url": f"{reverse('rep-report', args=[row.rep.uid])}?period=today",
    }


def duty_note(duty: Duty) -> str:
    """How many of all, and what room they have."""
    if not duty.reps:
        return ""
    says = ngettext("%(n)s of %(all)s rep", "%(n)s of %(all)s reps", duty.members) % {
        "n": number_format(len(duty.reps)),
        "all": number_format(duty.members),
    }
    rooms = [row.room for row in duty.reps if row.room is not None]
    if len(rooms) < len(duty.reps):
        return says
    if not sum(rooms):
        return _("%s, no room for more leads") % says
    room = ngettext("room for %(n)s more lead", "room for %(n)s more leads", sum(rooms)) % {
        "n": number_format(sum(rooms))
    }
    return f"{says}, {room}"


def alerts(stuck: Stuck, link: Links, *, now: datetime) -> list[dict[str, Any]]:
    """What somebody should look at, worst first."""
    rows = []
    if stuck.set_aside:
        title = ngettext("%(n)s lead could not be assigned", "%(n)s leads could not be assigned", stuck.set_aside)
        says = _("Routing failed for it again and again; the error is kept with it, and it waits in To assign.")
        rows.append(_alert("late", title % {"n": stuck.set_aside}, says, reverse("to-assign"), _("Open")))
    if stuck.undecided and stuck.undecided_first:
        title = ngettext("%(n)s lead is not decided yet", "%(n)s leads are not decided yet", stuck.undecided)
        says = _("The oldest arrived %s ago; usually this takes under a second.") % _ago(stuck.undecided_first, now)
        rows.append(_alert("late", title % {"n": stuck.undecided}, says, link.leads(status="received"), _("See which")))
    if stuck.silent:
        rows.append(_silence(stuck.silent))
    if stuck.mails_failed:
        title = ngettext("%(n)s mail was not delivered", "%(n)s mails were not delivered", stuck.mails_failed)
        says = _("The mail server refused for good; the reps see these leads in My leads.")
        rows.append(_alert("due", title % {"n": stuck.mails_failed}, says, "", ""))
    if stuck.mails_late:
        title = ngettext("%(n)s mail is late", "%(n)s mails are late", stuck.mails_late)
        rows.append(_alert("due", title % {"n": stuck.mails_late}, _("Sending failed and is tried again."), "", ""))
    if stuck.desk_first and (now - stuck.desk_first).total_seconds() > 30 * _MINUTE:
        title = _("A lead has waited %s for somebody to assign it") % _ago(stuck.desk_first, now)
        rows.append(_alert("due", title, _("It is for a person to give away."), reverse("to-assign"), _("Assign it")))
    return rows


def _silence(silent: Mapping[str, float | None]) -> dict[str, Any]:
    names = {"worker": _("worker"), "beat": _("timer"), "sweeper": _("sweeper")}
    told = [
        _("%(name)s: silent for %(time)s") % {"name": names[name], "time": duration(int(age))}
        if age is not None
        else _("%s: no sign of life known") % names[name]
        for name, age in silent.items()
    ]
    says = _("%s. Leads may be assigned late; tell whoever runs this installation.") % "; ".join(told)
    return _alert("late", _("A part of the system is silent"), says, "", "")


def _alert(tone: str, title: str, says: str, url: str, action: str) -> dict[str, Any]:
    return {"tone": tone, "title": title, "says": says, "url": url, "action": action}


def by_group(
    groups: Sequence[Group],
    arrived: Sequence[Arrived],
    waits: Sequence[Waiting],
    answers: Mapping[int | None, Figures],
    link: Links,
    *,
    now: datetime,
) -> list[dict[str, Any]]:
    """A row for each group, and one for leads without a group where there are any."""
    leads: Counter[int | None] = Counter()
    given: Counter[int | None] = Counter()
    for part in arrived:
        leads[part.group] += part.n
        given[part.group] += part.n if part.place in {"answered", "runs", "due", "late"} else 0
    waiting = {w.group: w for w in waits}
    rows: list[tuple[int | None, str, str]] = [
        (group.pk, group.name, link.leads(group=str(group.uid), of_today=True)) for group in groups
    ]
    if not link.group and (leads[None] or (None in waiting and _now_text(waiting[None], now)[0])):
        rows.append((None, _("No group"), link.leads(group="none", of_today=True)))
    return [
        {
            "name": name,
            "url": url,
            "leads": leads[pk],
            "assigned": given[pk],
            **_measured(answers.get(pk)),
            **dict(zip(("now_text", "now_tone"), _state(waiting.get(pk), leads[pk], now), strict=True)),
        }
        for pk, name, url in rows
    ]


def _measured(found: Figures | None) -> dict[str, Any]:
    if found is None:
        return {"speed": "", "response": "", "in_time": None}
    answers = found.answers
    return {
        "speed": figures.middle(answers["speed_to_lead"]),
        "response": figures.middle(answers["response_time"]),
        "in_time": answers["response_sla"].value,
    }


def _state(waits: Waiting | None, leads: int, now: datetime) -> tuple[str, str]:
    text, tone = _now_text(waits, now) if waits else ("", "")
    return (text, tone) if text else (_("on time"), "good") if leads else (_("nothing yet"), "")


def _now_text(waits: Waiting, now: datetime) -> tuple[str, str]:
    """The most pressing thing alone."""
    if waits.overdue:
        return _("%s overdue") % number_format(waits.overdue), "late"
    if waits.soon:
        return _("%s due in 5 min") % number_format(waits.soon), "due"
    if waits.desk:
        return _("%s to assign") % number_format(waits.desk), "due"
    if waits.pooled and waits.pooled_first:
        return _("%(n)s in the pool, oldest %(time)s") % {
            "n": number_format(waits.pooled),
            "time": _ago(waits.pooled_first, now),
        }, ""
    if waits.held and waits.held_until:
        return _("%(n)s waiting until %(time)s") % {
            "n": number_format(waits.held),
            "time": _when(waits.held_until, now),
        }, ""
    return "", ""


def _ago(at: datetime, now: datetime) -> str:
    return duration(int((now - at).total_seconds()))


def _clock(at: datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")


def _when(at: datetime, now: datetime) -> str:
    """The clock; the day too where it is another."""
    local = timezone.localtime(at)
    return date_format(local, "H:i" if local.date() == timezone.localtime(now).date() else "D H:i")
