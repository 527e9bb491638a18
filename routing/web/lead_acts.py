"""One act on many leads of the list: hand over, take back, route again, set the priority; a look first, then it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from config.lib import typed
from config.lib.paging import counted
from leads.models import Lead
from leads.web import all_leads
from leads.web.listing import LEADS
from leads.web.show import title_of
from reps import access
from reps.models import Membership, Rep, User
from reps.web import reader
from routing import hand, wording
from routing.assign import NotYoursError

_TICKED = 200
_SHOWN = 20
_BANDS = 10


class WhyForm(forms.Form):
    """Why; the reps who lose or get a lead by it read this."""

    why = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Stands on the timeline of each; the reps it concerns read it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.order_fields([*[name for name in self.fields if name != "why"], "why"])


class HandOverForm(WhyForm):
    """Who gets them."""

    to = forms.ModelChoiceField(
        Rep.objects.none(), to_field_name="uid", label=gettext_lazy("Hand over to"), empty_label=gettext_lazy("choose")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = _heirs(self.user)  # type: ignore[attr-defined]  # a ModelChoiceField


class ReleaseForm(WhyForm):
    """Whether who has a lead may get it again."""

    bar = forms.BooleanField(label=gettext_lazy("Not to the same rep again"), required=False)


class PriorityForm(WhyForm):
    """Where they wait in line."""

    band = forms.TypedChoiceField(label=gettext_lazy("Priority"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {0: _("0, served first"), 5: _("5, as usual"), _BANDS - 1: _("9, served last")}
        choices = [("", _("as rules and score say")), *((n, names.get(n, str(n))) for n in range(_BANDS))]
        self.fields["band"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


@dataclass(frozen=True, slots=True)
class Look:
    """What an act would do: the numbers of the leads that go, and how many stay for which reason."""

    going: tuple[int, ...]
    stayed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """One of the acts: its words, its form, the look and the deed."""

    title: Any
    lead_in: Any
    button: Callable[[int], str]
    done: Callable[[int], str]
    form: type[WhyForm]
    look: Callable[[list[Lead], dict[str, Any]], Look]
    do: Callable[[list[Lead], User, dict[str, Any]], hand.Moved]
    asks: bool = False  # nothing can be looked at before something is chosen


def _of(split: hand.Split) -> Look:
    return Look(tuple(lead.pk for lead in split.going), dict(split.stayed()))


def _look_again(leads: list[Lead], _read: dict[str, Any]) -> Look:
    seen = hand.preview_again(division_id=leads[0].division_id, wanted=_wanted(leads))
    return Look(seen.going, dict(seen.stayed))


def _wanted(leads: list[Lead]) -> hand.Wanted:
    return hand.Wanted(ids=tuple(lead.pk for lead in leads))


ACTS: dict[str, Act] = {
    "hand-over": Act(
        gettext_lazy("Hand over"),
        gettext_lazy("One rep becomes the owner of them all, with a clock of their own. Both sides are told."),
        lambda n: ngettext("Hand over %d lead", "Hand over %d leads", n),
        lambda n: ngettext("%d lead was handed over.", "%d leads were handed over.", n),
        HandOverForm,
        lambda leads, read: _of(hand.split_give(leads, read["to"])),
        lambda leads, by, read: hand.hand_over(
            leads=leads, rep=read["to"], by=by, why=read["why"], now=timezone.now()
        ),
        asks=True,
    ),
    "release": Act(
        gettext_lazy("Take back and route again"),
        gettext_lazy("Their reps lose them, contacted or not, get their turn back; the rules in force decide anew."),
        lambda n: ngettext("Take back %d lead", "Take back %d leads", n),
        lambda n: ngettext("%d lead was taken back, routed again.", "%d leads were taken back, routed again.", n),
        ReleaseForm,
        lambda leads, _read: _of(hand.split_release(leads)),
        lambda leads, by, read: hand.release(
            leads=leads, by=by, why=read["why"], now=timezone.now(), bar=read["bar"]
        ),
    ),
    "again": Act(
        gettext_lazy("Route again"),
        gettext_lazy("Leads nobody has contacted go through the rules in force once more, wherever they are now."),
        lambda n: ngettext("Route %d lead again", "Route %d leads again", n),
        lambda n: ngettext("%d lead is routed again.", "%d leads are routed again.", n),
        WhyForm,
        _look_again,
        lambda leads, by, read: hand.run_again(
            division_id=leads[0].division_id, wanted=_wanted(leads), by=by, why=read["why"], now=timezone.now()
        ),
    ),
    "priority": Act(
        gettext_lazy("Set priority"),
        gettext_lazy("Where they wait in line while nobody has them: 0 is served first, 9 last. No clock is touched."),
        lambda n: ngettext("Set priority of %d lead", "Set priority of %d leads", n),
        lambda n: ngettext("Priority of %d lead was set.", "Priority of %d leads was set.", n),
        PriorityForm,
        lambda leads, read: _of(hand.split_priority(leads, read["band"])),
        lambda leads, by, read: hand.set_priority(
            leads=leads, band=read["band"], by=by, why=read["why"], now=timezone.now()
        ),
        asks=True,
    ),
}  # fmt: skip


@login_required
@never_cache
@require_POST
def page(request: HttpRequest) -> HttpResponse:
    """From the list: what would happen. `go=look` looks again, `go=do` does what was looked at."""
    if not access.is_manager(request.user):
        raise PermissionDenied
    user, name = reader.user(request), request.POST.get("act", "")
    query = LEADS.query_of(QueryDict(request.POST.get("query", "")[:4000]).dict())
    if name not in ACTS:
        raise Http404
    leads, kept_out = _chosen(request, user, query)
    if not leads:
        messages.error(request, _("Choose leads first."))
        return redirect(LEADS.url_of(query))
    if len(leads) > all_leads.MOST_AT_ONCE:
        messages.error(request, _("More than %d leads fit. Narrow the list first.") % all_leads.MOST_AT_ONCE)
        return redirect(LEADS.url_of(query))
    act, go = ACTS[name], request.POST.get("go", "")
    form = act.form(request.POST if go else None, user=user)
    context: dict[str, Any] = {"act": act, "name": name, "form": form, "n": len(leads), "kept_out": kept_out}
    if form.is_valid() if go else not act.asks:
        read = form.cleaned_data if go else dict.fromkeys(form.fields)
        seen = act.look(leads, read)
        token = _token(name, seen)
        if go == "do" and request.POST.get("looked") == token:
            _do(request, user, act, leads, read)
            return redirect(LEADS.url_of(query))
        context |= _seen(act, seen, leads) | {"token": token, "changed": go == "do"}
    context |= {
        "leads": [] if "seen" in context else _rows(leads[:_SHOWN]),
        "more": max(0, len(leads) - _SHOWN),
        **context,
        "chosen": ",".join(str(lead.uid) for lead in leads),
        "query": urlencode(query),
        "back": LEADS.url_of(query),
    }
    return render(request, "routing/lead_acts.html", context, status=422 if go and form.errors else 200)


def _chosen(request: HttpRequest, user: User, query: dict[str, str]) -> tuple[list[Lead], int]:
    """All that were sent are the reader's to move, or it is 404; with `all` those that fit, and how many stay out."""
    seen = Lead.objects.visible_to(user, now=timezone.now()).values("pk")
    mine = Lead.objects.overseen_by(user).filter(pk__in=seen).select_related("private", "owner__user", "group")
    if request.POST.get("all"):
        return _fitting(user, query)
    uids = _uids(request)
    found = list(mine.filter(uid__in=uids).order_by("pk"))
    if len(found) != len(uids):
        raise Http404
    return found, 0


def _fitting(user: User, query: dict[str, str]) -> tuple[list[Lead], int]:
    """Those of the list that are the user's to move, one more than may be at most; and how many are only to be read."""
    fit, most = all_leads.chosen_by(user, query)[1], all_leads.MOST_AT_ONCE
    if access.oversees_all(user):
        return list(fit[: most + 1]), 0
    mine = Lead.objects.overseen_by(user).values("pk")
    rows = list(fit.filter(pk__in=mine)[: most + 1])
    return rows, 0 if len(rows) > most else counted(fit.exclude(pk__in=mine), most)


def _uids(request: HttpRequest) -> set[UUID]:
    """As ticked on a page, or as this page carries them on."""
    carried = request.POST.get("chosen", "")
    sent = carried.split(",") if carried else request.POST.getlist("leads")
    uids = {typed.uid(one) for one in sent[: all_leads.MOST_AT_ONCE + 1]}
    if None in uids or len(uids) > (all_leads.MOST_AT_ONCE if carried else _TICKED):
        raise Http404
    return {one for one in uids if one}


def _heirs(user: User) -> "QuerySet[Rep]":
    """Who may get them: anybody who works here, or for a manager the members of the groups they manage."""
    rows = Rep.objects.filter(active=True, user__is_active=True).select_related("user").order_by("user__name", "pk")
    if access.oversees_all(user):
        return rows
    mine = access.groups_managed(user).values("pk")
    return rows.filter(pk__in=Membership.objects.at(timezone.now()).filter(group__in=mine).values("rep"))


def _token(name: str, seen: Look) -> str:
    """Of what was looked at: only these leads go, so whoever was too slow looks again."""
    return hashlib.sha256(repr((name, sorted(seen.going))).encode()).hexdigest()[:16]


def _do(request: HttpRequest, user: User, act: Act, leads: list[Lead], read: dict[str, Any]) -> None:
    """It is done, and said."""
    try:
        done = act.do(leads, user, read)
    except NotYoursError:
        messages.error(request, _("Somebody moved one of these leads just now. Look again."))
        return
    says = act.done(done.count) % done.count
    stayed = _("These stay as they are: %s.") % wording.stayed_says(done.stayed) if done.stayed else ""
    messages.success(request, f"{says} {stayed}".strip())


def _seen(act: Act, seen: Look, leads: list[Lead]) -> dict[str, Any]:
    going = set(seen.going)
    goes = [lead for lead in leads if lead.pk in going]
    return {
        "seen": seen,
        "stayed": wording.stayed_says(seen.stayed),
        "leads": _rows(goes[:_SHOWN]),
        "more": max(0, len(goes) - _SHOWN),
        "button": act.button(len(going)) % len(going),
    }


def _rows(leads: list[Lead]) -> list[dict[str, Any]]:
    return [{"uid": row.uid, "title": title_of(row, row.private), "row": row} for row in leads]
