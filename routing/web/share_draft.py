"""Sharing a draft with the team: with whom, why, and until when; it is shown once more before anybody is asked."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reps.models import Group
from routing import rulesets, shared_drafts
from routing.models import RuleSet, SharedDraft, Simulation
from routing.rulesets import compare
from routing.simulate import NotSimulatedError, rows
from routing.web import draft_lines, simulated
from routing.web.editors import editor, revision_of, set_of
from routing.web.how_shared import form_of

_HOUR = time(17)
_DAYS = 3  # of work, for people to find time
_SATURDAY = 5


class ShareForm(forms.Form):
    """Whom to ask, why, and until when."""

    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Ask the people of"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one group.")},
    )
    why = forms.CharField(
        label=gettext_lazy("Why, in a sentence"),
        max_length=shared_drafts.MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say in a sentence why.")},
    )
    until = forms.DateTimeField(
        label=gettext_lazy("They say what they think until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, data: QueryDict | None, *, groups: Sequence[Group], initial: dict[str, Any]) -> None:
        super().__init__(data, auto_id="share-%s", initial=initial)
        self._known = {str(group.uid): group for group in groups}
        self.fields["groups"].choices = [(uid, group.name) for uid, group in self._known.items()]  # type: ignore[attr-defined]  # it is a ChoiceField

    @property
    def chosen(self) -> list[Group]:
        """Of a valid form."""
        return [self._known[uid] for uid in self.cleaned_data["groups"]]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask, then do it; a draft that somebody saved meanwhile is shown again first."""
    by, row, now = editor(request), set_of(uid), timezone.now()
    groups = list(Group.objects.filter(division=row.division_id, active=True).order_by("name", "pk"))
    ours = shared_drafts.groups_of_rules(row, groups)
    initial = {"groups": [str(group.uid) for group in ours], "until": _until(now)}
    form = ShareForm(request.POST if request.method == "POST" else None, groups=groups, initial=initial)
    if form.is_valid():
        try:
            made = shared_drafts.share(
                rule_set=row,
                revision=revision_of(request.POST),
                groups=form.chosen,
                why=form.cleaned_data["why"],
                until=form.cleaned_data["until"],
                by=by,
                now=now,
                form=form_of(request),
            )
        except shared_drafts.NotSharedError as error:
            form.add_error(error.field or None, str(error))
        except rulesets.StaleDraftError:
            form.add_error(None, _("Somebody saved the draft meanwhile. Look again at what would be shared."))
        else:
            names = ", ".join(group.name for group in form.chosen)
            messages.success(request, _("Shared with %s. They are told, and can say what they think.") % names)
            return redirect("shared-draft", made.uid)
    return render(request, "routing/share_draft.html", _context(row, form, now), status=422 if form.errors else 200)


def _context(row: RuleSet, form: ShareForm, now: datetime) -> dict[str, Any]:
    row = set_of(row.uid)
    changes = (
        compare.compare(compare.Text.version(row.published), compare.Text.draft(row), division_id=row.division_id)
        if row.published
        else []
    )
    try:
        found, unreadable = rows.of_draft(row), ""
    except NotSimulatedError as error:
        found, unreadable = None, str(error)
    done = found is not None and found.status == Simulation.Status.DONE
    return {
        "now": now,
        "set": {"name": row.name, "uid": row.uid},
        "bar": draft_lines.bar(row),
        "form": form,
        "changes": changes,
        "words": [] if row.published else rulesets.words_of(row),
        "unreadable": unreadable,
        "nothing": rulesets.reads_the_same(row),
        "headline": simulated.headline(found) if found is not None and done else "",
        "simulation": found,
        "before": SharedDraft.objects.filter(rule_set=row, closed_at=None, until__gt=now).first(),
        "revision": row.revision,
        "token": uuid4(),
    }


def _until(now: datetime) -> datetime:
    """Three working days on, in the afternoon of the reader's clock."""
    day, left = timezone.localtime(now).date(), _DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day, _HOUR, timezone.get_current_timezone())
