"""What is done with rules of the draft as a whole: ordered, copied, taken out, brought back."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from routing import rulesets, wording
from routing.engine.ruleset import RuleSetError
from routing.models import RuleSet
from routing.web.editors import UNDO, editor, revision_of, set_of, who_saved


@login_required
@require_POST
def order(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Put the rules in another order: all by `keys`, or one by `move` up or down."""
    by, row = editor(request), set_of(uid)
    keys = [rule["key"] for rule in rulesets.body_of(row)["rules"]]
    moved, wanted = _wanted(request.POST, keys)
    try:
        saved = rulesets.order_rules(rule_set=row, revision=revision_of(request.POST), keys=wanted, by=by)
    except (rulesets.StaleDraftError, rulesets.GoneError) as error:
        return _not_done(request, row, error)
    names = {one["key"]: one["name"] for one in rulesets.body_of(saved)["rules"]}
    if moved in names and saved.revision != row.revision:
        place = {"name": names[moved], "n": wanted.index(moved) + 1, "of": len(wanted)}
        messages.success(request, _("“%(name)s” is now rule %(n)d of %(of)d.") % place)
    return redirect("rules-draft", uid)


def _wanted(data: QueryDict, keys: list[str]) -> tuple[str, list[str]]:
    """The rule that moves, and the order wished for: one up or down, above another, or all as they were dragged."""
    moved, by = data.get("move", ""), {"up": -1, "down": 1}.get(data.get("to", ""), 0)
    if listed := str(data.get("keys") or ""):
        return moved, listed.split(",")[:5000]
    if moved in keys and data.get("above", "") in keys and data["above"] != moved:
        keys = [key for key in keys if key != moved]
        keys.insert(keys.index(str(data["above"])), moved)
    elif moved in keys and 0 <= (place := keys.index(moved) + by) < len(keys):
        keys = [key for key in keys if key != moved]
        keys.insert(place, moved)
    return moved, keys


@login_required
@require_POST
def duplicate(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """A copy behind the rule, open to be edited."""
    by, row = editor(request), set_of(uid)
    taken = {str(one["name"]).casefold() for one in rulesets.body_of(row)["rules"]}
    try:
        made = rulesets.duplicate_rule(
            rule_set=row, revision=revision_of(request.POST), key=key, name=lambda name: _copy_of(name, taken), by=by
        )
    except (rulesets.StaleDraftError, rulesets.GoneError) as error:
        return _not_done(request, row, error)
    messages.success(request, _("Here is the copy. Change what should differ."))
    return redirect("rules-rule", uid, made)


def _copy_of(name: str, taken: Iterable[str]) -> str:
    base = name[:80]
    names = (
        _("%(name)s, copy %(n)d") % {"name": base, "n": n} if n > 1 else _("%s, copy") % base for n in range(1, 5000)
    )
    return next((one for one in names if one.casefold() not in taken), base)


@login_required
@require_POST
def remove(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """Take a rule out; it can be brought back until the next one goes."""
    by, row = editor(request), set_of(uid)
    try:
        _saved, gone, before = rulesets.remove_rule(rule_set=row, revision=revision_of(request.POST), key=key, by=by)
    except (rulesets.StaleDraftError, rulesets.GoneError) as error:
        return _not_done(request, row, error)
    request.session[UNDO] = {"set": str(row.uid), "rule": gone, "before": before}
    messages.success(request, _("“%s” is taken out of the draft.") % gone["name"])
    return redirect("rules-draft", uid)


@login_required
@require_POST
def restore(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Bring back what was just taken out, to where it stood."""
    by, row = editor(request), set_of(uid)
    kept = request.session.pop(UNDO, None)
    if not kept or kept["set"] != str(row.uid) or rulesets.rule_of(row, kept["rule"]["key"]):
        messages.error(request, _("There is nothing to bring back any more."))
        return redirect("rules-draft", uid)
    try:
        rulesets.put_rule(rule_set=row, rule=kept["rule"], was=None, by=by, before=kept["before"])
    except RuleSetError as error:
        names = wording.Names.load(row.division_id, rules=[kept["rule"]])
        says = " ".join(wording.reading_problem(p, names) for p in error.problems)
        messages.error(request, _("It cannot be brought back as it was. %s") % says)
        return redirect("rules-draft", uid)
    messages.success(request, _("“%s” is back where it was.") % kept["rule"]["name"])
    return redirect("rules-draft", uid)


def _not_done(request: HttpRequest, row: RuleSet, error: Exception) -> HttpResponse:
    """Somebody saved meanwhile: nothing is done, and the draft is shown as it stands."""
    current = set_of(row.uid)
    if isinstance(error, rulesets.StaleDraftError):
        who = " ".join(who_saved(current, {"revision": revision_of(request.POST)}))
        messages.warning(request, _("Nothing was done, as the draft has changed. %s Look again, then decide.") % who)
    else:
        messages.warning(request, _("Nothing was done: the rules are not those you saw any more. Look again."))
    return redirect("rules-draft", row.uid)
