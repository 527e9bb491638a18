"""The rules editor: the draft as sentences, each edited in place, ordered, copied, taken out and brought back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reps.models import User
from reps.models.division import SEEDED
from routing import rulesets, wording
from routing.engine.ruleset import RuleSetError
from routing.models import RuleSet
from routing.rulesets import compare
from routing.web import draft_lines, talk, try_lead
from routing.web.editors import UNDO, editor, set_of, who_saved
from routing.web.hits import hits_of
from routing.web.rule_form import Choices, RuleForm

_SALT = "routing.rule"
NEW = "new"


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """The first rule set: everything waits in To assign until there are rules."""
    row = rulesets.begin(division=SEEDED, name=_("Rules for new leads"), rest=_("Everything else"), by=editor(request))
    return redirect("rules-draft", row.uid)


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft, no rule open."""
    editor(request)
    return draw(request, set_of(uid))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """One rule open: drawn, drawn again by its buttons, or saved."""
    by, row = editor(request), set_of(uid)
    if key != NEW and not _is_uuid(key):
        raise Http404
    choices = Choices(row.division_id)
    was = None if key == NEW else rulesets.rule_of(row, key)
    if request.method != "POST":
        if was is None and key != NEW:
            raise Http404
        form = RuleForm.kept(was, choices) if was else RuleForm(choices)
        return draw(request, row, form, read=_sign(row, was))
    data = request.POST
    form = RuleForm.posted(data, choices, key="" if key == NEW else key)
    do = data.get("do", "look")  # nothing is saved unless somebody says so
    if do != "save":
        form.act(do)
        form.settle(data)
        _check(form)
        return draw(request, row, form, read=data.get("read", ""), before=data.get("before", ""))
    form.settle(data)
    return _save(request, row, form, by)


def _check(form: RuleForm) -> None:
    """What is wrong so far, but for what was only just begun."""
    try:
        rulesets.read_alone(form.body(), form.choices.catalogue)
    except RuleSetError as error:
        form.blame(p for p in error.problems if not _begun(p.code))


def _begun(code: str) -> bool:
    """Empty fields of a form that is being filled in are no mistakes yet."""
    return code in {"no_name", "missing", "missing_option", "no_reason", "condition_empty", "field_or_value"} or (
        code == "condition_wrong_type"
    )


def _save(request: HttpRequest, row: RuleSet, form: RuleForm, by: User) -> HttpResponse:
    read = _read(request.POST)
    was, before = read.get("rule"), request.POST.get("before", "")
    mine = {**form.body(), "key": form.key or str(uuid4())}
    try:
        saved = rulesets.put_rule(rule_set=row, rule=mine, was=was, by=by, before=before)
    except RuleSetError as error:
        form.blame(error.problems)
        return draw(request, row, form, read=request.POST.get("read", ""), before=before, status=422)
    except rulesets.StaleDraftError as error:
        theirs = rulesets.rule_of(error.current, form.key)
        return draw(
            request,
            error.current,
            form,
            read=_sign(error.current, theirs),
            stale=_stale(error.current, form, theirs, read),
            status=409,
        )
    except rulesets.GoneError:
        return _gone(request, row, form, read)
    _say_saved(request, row, saved, form, read)
    return redirect(f"{reverse('rules-draft', args=[row.uid])}?saved={mine['key']}#rule-{mine['key']}")


def _gone(request: HttpRequest, row: RuleSet, form: RuleForm, read: Mapping[str, Any]) -> HttpResponse:
    """Somebody took the rule out while it was edited: what was typed can be saved as a new one."""
    current = set_of(row.uid)
    form.key = ""
    stale = {"gone": True, "who": who_saved(current, read), "parts": []}
    return draw(request, current, form, read=_sign(current, None), stale=stale, status=409)


def _say_saved(request: HttpRequest, row: RuleSet, saved: RuleSet, form: RuleForm, read: Mapping[str, Any]) -> None:
    name = form.name.strip()
    if saved.revision == row.revision:
        messages.info(request, _("“%s” is as it was: nothing was changed.") % name)
        return
    messages.success(request, _("“%s” is saved in the draft.") % name)
    others = [
        one for one in rulesets.saved_since(saved, int(read.get("revision") or 0)) if one.revision < saved.revision
    ]
    if others and read:
        who = ", ".join(dict.fromkeys(one.by or _("Somebody") for one in others))
        messages.info(request, _("%s saved other parts of the draft meanwhile; they stay.") % who)


def _stale(
    current: RuleSet, form: RuleForm, theirs: Mapping[str, Any] | None, read: Mapping[str, Any]
) -> dict[str, Any]:
    """Both texts, part by part, and who saved the other."""
    mine = {**form.body(), "key": form.key}
    catalogue = form.choices.catalogue
    changes = compare.compare(
        compare.Text({"rules": [theirs]}, catalogue),
        compare.Text({"rules": [mine]}, catalogue),
        division_id=current.division_id,
    )
    parts = [part for change in changes for part in change.parts]
    return {"gone": False, "who": who_saved(current, read), "parts": parts, "url": _rule_url(current, form.key)}


@login_required
@never_cache
@require_POST
def look(request: HttpRequest, uid: UUID, key: str) -> HttpResponse:
    """While somebody edits: how the rule reads, what is wrong with the draft it would make, and what it would fit."""
    editor(request)
    row = set_of(uid)
    choices = Choices(row.division_id)
    form = RuleForm.posted(request.POST, choices, key="" if key == NEW else key)
    form.settle(request.POST)
    return render(request, "routing/_rule_look.html", {"look": _look(row, form, request.POST.get("before", ""))})


def _look(row: RuleSet, form: RuleForm, before: str) -> dict[str, Any]:
    now = timezone.now()
    mine = {**form.body(), "key": form.key or NEW}
    body = rulesets.body_with(rulesets.body_of(row), mine, before)
    names = wording.Names.load(row.division_id, rules=body["rules"])
    place = next(n for n, one in enumerate(body["rules"]) if one["key"] == mine["key"])
    says = draft_lines.says(mine, form.choices, names)
    if not says:
        return {"says": "", "problems": [], "share": None}
    found = rulesets.problems_of(row, now=now, body=body)
    hits = hits_of(row, body, form.choices, now=now)
    return {
        "says": says,
        "number": place + 1,
        "problems": [draft_lines.problem(p) for p in found if p.rule == place],
        "share": hits.share(mine["key"]),
        "leads": hits.rules.get(mine["key"], 0),
        "shares_of": draft_lines.shares_of(hits),
    }


def _rest_of(row: RuleSet) -> str:
    """The key of the rule that takes everything else, where there is one: a new rule stands before it."""
    last = row.rules.last()
    return str(last.key) if last is not None and not last.condition else ""


def _sign(row: RuleSet, rule: Mapping[str, Any] | None) -> str:
    return signing.dumps({"revision": row.revision, "rule": rule}, salt=_SALT, compress=True)


def _read(data: QueryDict) -> dict[str, Any]:
    """The rule as it was opened; a text that is not ours reads as another rule, so that both texts are shown."""
    try:
        found: dict[str, Any] = signing.loads(data.get("read", ""), salt=_SALT)
    except signing.BadSignature:
        return {"rule": {}}
    return found


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _rule_url(row: RuleSet, key: str) -> str:
    return reverse("rules-rule", args=[row.uid, key])


def draw(
    request: HttpRequest,
    row: RuleSet,
    form: RuleForm | None = None,
    *,
    read: str = "",
    before: str = "",
    stale: Mapping[str, Any] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The page, with one rule open where there is a form."""
    now = timezone.now()
    choices = form.choices if form else Choices(row.division_id)
    undo = request.session.get(UNDO)
    context = {
        "now": now,
        "set": {"name": row.name, "uid": row.uid, "url": reverse("rules-set", args=[row.uid])},
        **draft_lines.told(row, choices, now=now),
        "bar": draft_lines.bar(row),
        "talk": talk.of_draft(row, now),
        "undo": undo["rule"]["name"] if undo and undo["set"] == str(row.uid) else "",
        "form": form.shown() if form else None,
        "open": (form.key or NEW) if form else "",
        "read": read,
        "before": before,
        "new_before": before or _rest_of(row) if form and not form.key else "",
        "stale": stale,
        "wrong": len(form.wrong()) if form and status == 422 else 0,
        "look": _look(row, form, before) if form else None,
        "dirty": request.method == "POST",
        "saved": request.GET.get("saved", ""),
        **try_lead.told(request, row),
        **more,
    }
    answer = render(request, "routing/draft.html", context, status=status)
    if request.method == "GET" and request.headers.get("HX-Request"):
        answer["HX-Push-Url"] = request.path
    return answer
