"""How leads are shared in a group, put together from what decides: the way in sentences, and each part in detail."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from leads import seeds
from leads.connector import Source
from leads.connectors import all_connectors
from leads.models import Connection, QualificationRule
from leads.qualify.freeze import catalogue_of
from reps.models import Group, Membership, Territory, User
from routing import rulesets, wording
from routing.engine.check import ways
from routing.engine.ruleset import RuleSet as Rules
from routing.engine.ruleset import RuleSetError, To, parse_escalation, parse_steps, shares_equally
from routing.engine.world import Step
from routing.models import GroupPage, RuleSetVersion
from routing.wording.qualification import condition_of

_DOORS = {
    seeds.API: gettext_lazy("other programs"),
    seeds.FILES: gettext_lazy("files"),
    seeds.BY_HAND: gettext_lazy("by hand"),
    "web_form": gettext_lazy("web forms"),
}


_INITIALS = 2  # letters: shorter words of a name tell nobody


@dataclass(frozen=True, slots=True)
class Part:
    """One thing people ask, and what holds."""

    term: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handbook:
    """One group's page: `long` names the rules with which the way takes more than three sentences."""

    sentences: tuple[SafeString, ...]
    long: tuple[str, ...]
    parts: tuple[Part, ...]
    whys: tuple[tuple[str, str], ...]  # (text, who says it)


def of(group: Group, version: RuleSetVersion | None, *, now: datetime, public: bool = False) -> Handbook:
    """As it is now. A public one names no person and tells nothing of one."""
    names = wording.Names.load(group.division_id)
    if public:
        names = wording.Names(names.groups, dict.fromkeys(names.reps, _("a named rep")), names.territories)
    steps = _steps(group)
    rules = rulesets.rules_of(version) if version else None
    covers = _covers(group)
    way = _way(group, rules, steps, names, covers=covers)
    parts = tuple(_parts(group, version, rules, steps, names, covers=covers, now=now, public=public))
    book = Handbook(way.sentences, way.long, parts, tuple(_whys(group, version)))
    return _without_people(book) if public else book


def ways_of(
    groups: Sequence[Group], rules: Rules | None, names: wording.Names
) -> Iterator[tuple[Group, tuple[SafeString, ...]]]:
    """The way into each group in sentences as these rules have it, in as many questions as for one."""
    covering = set(Territory.objects.filter(group__in=groups, active=True).values_list("group_id", flat=True))
    for group in groups:
        yield group, _way(group, rules, _steps(group), names, covers=group.pk in covering).sentences


def _steps(group: Group) -> tuple[Step, ...]:
    try:
        return parse_steps(group.steps)
    except RuleSetError:
        return ()


def _way(
    group: Group, rules: Rules | None, steps: tuple[Step, ...], names: wording.Names, *, covers: bool
) -> wording.Way:
    if rules is None:
        nothing = _("No rules are published yet: leads wait in To assign, where a manager decides.")
        return wording.Way((mark_safe(escape(nothing)),))  # noqa: S308 - escaped right here
    usual = wording.Usual(group.pk, group.name, steps, group.respond_within * 60, group.clock, covers)
    return wording.way_says(rules, usual, names)


def _covers(group: Group) -> bool:
    """Whether some territory leads to it."""
    return group.territories.filter(active=True).exists()


def _parts(
    group: Group,
    version: RuleSetVersion | None,
    rules: Rules | None,
    steps: tuple[Step, ...],
    names: wording.Names,
    *,
    covers: bool,
    now: datetime,
    public: bool,
) -> Iterator[Part]:
    yield Part(_("Where leads come from"), (_doors(group.division_id),))
    yield Part(_("What qualifies"), tuple(_qualifies(group.division_id, rules)))
    yield Part(_("How they are shared"), tuple(_shared(group, rules, names, covers=covers)))
    yield Part(_("Response time, and what follows"), tuple(_follows(group)))
    yield Part(_("Returning a lead"), (str(_RETURN),))
    yield Part(_("Being away"), tuple(_away(group)))
    yield Part(_("What counts"), (_counts(group),))
    yield Part(_("How weights are set"), tuple(_weights(group, steps, now=now, public=public)))
    if later := tuple(_later(group, names, version)):
        yield Part(_("When a stage is reached"), later)


def _doors(division: int) -> str:
    """The kinds of doors that are open, each once."""
    kinds = Connection.objects.filter(division=division, active=True).order_by("kind").values_list("kind", flat=True)
    shelf = all_connectors()
    found = [door_says(kind) for kind in dict.fromkeys(kinds) if kind in _DOORS or isinstance(shelf.get(kind), Source)]
    return _sentence(", ".join(found))


def door_says(kind: str) -> str:
    """What a kind of door is called; one that is no longer on the shelf by its name there."""
    known = all_connectors().get(kind)
    return str(_DOORS.get(kind) or (known.label if known else kind))


def _qualifies(division: int, rules: Rules | None) -> Iterator[str]:
    """Rules of qualification, and those of routing that turn leads away."""
    catalogue = catalogue_of(division)
    said = False
    for row in QualificationRule.objects.filter(division=division, active=True):
        says = strip_tags(str(condition_of(row.condition, catalogue)))
        verdict = str(row.get_verdict_display())
        yield _("%(name)s: if %(condition)s, it %(verdict)s.") % {
            "name": row.name, "condition": says, "verdict": verdict,
        } if says else _("%(name)s: every lead %(verdict)s.") % {"name": row.name, "verdict": verdict}  # fmt: skip
        said = True
    for rule in rules.rules if rules else ():
        if rule.destination.to is To.REJECT:
            yield _sentence(strip_tags(wording.rule_says(rule, wording.Names())))
            said = True
    yield _("All other leads qualify.") if said else _("Every lead qualifies.")


def _shared(group: Group, rules: Rules | None, names: wording.Names, *, covers: bool) -> Iterator[str]:
    """The group's own way, and the rules that bring it leads, in their order."""
    own = wording.group_shares(group.steps, names)
    if own:
        yield _("Where a rule says nothing else: %s") % f"{own[:1].lower()}{own[1:]}"
    if rules is None:
        return
    told = {rule.key for way in ways(rules, group.pk, territories=covers) for rule in way}
    for number, rule in enumerate(rules.rules, start=1):
        if rule.key in told:
            says = strip_tags(wording.rule_says(rule, names))
            yield _("Rule %(n)s, %(name)s. %(says)s") % {"n": number, "name": rule.name, "says": says}


def _follows(group: Group) -> Iterator[str]:
    minutes = group.respond_within
    yield ngettext(
        "%(n)s minute to the first contact, counted in %(clock)s, where a rule says nothing else.",
        "%(n)s minutes to the first contact, counted in %(clock)s, where a rule says nothing else.",
        minutes,
    ) % {"n": minutes, "clock": group.get_clock_display()}
    try:
        stages = parse_escalation(group.escalation)
    except RuleSetError:
        stages = ()
    if stages:
        yield _sentence(wording.escalation_says(stages))
    else:
        yield _("Nothing follows by itself: a lead without contact counts as late.")


_RETURN = gettext_lazy(
    "Say why. If a manager agrees, it counts for nobody: everybody gets their part back. If not, it counts as yours."
)
_MEANWHILE = {
    Group.OnReturn.KEEP.value: gettext_noop(
        "Whoever is off duty, away or at a limit neither earns nor pays; nobody gets a flood on the first day back."
    ),
    Group.OnReturn.FORGIVE.value: gettext_noop(
        "Whoever is away neither earns nor pays; after time off at most one lead is owed either way."
    ),
    Group.OnReturn.REPAY.value: gettext_noop(
        "Leads missed during time off are made up for, at most %(n)s a day; off duty otherwise nobody earns or pays."
    ),
}
_BEGINS = {
    Group.WhenAway.KEEP.value: gettext_noop("When time off begins, leads stay with their owner."),
    Group.WhenAway.AGAIN.value: gettext_noop("When time off begins, leads without a contact are shared again."),
    Group.WhenAway.BACKUP.value: gettext_noop("When time off begins, leads without a contact go to the backup."),
}


def _away(group: Group) -> Iterator[str]:
    yield _(_MEANWHILE[group.on_return]) % {"n": group.repay_per_day}
    yield _(_BEGINS[group.when_away])


def _counts(group: Group) -> str:
    """Which leads that people give or take are part of the fair share."""
    kinds = (
        (group.count_manual, _("given by hand")),
        (group.count_claims, _("pulled from the pool")),
        (group.count_accounts, _("of an account one owns")),
        (group.count_kept, _("one added and kept")),
    )
    counted = ", ".join(word for counts, word in kinds if counts)
    extra = ", ".join(word for counts, word in kinds if not counts)
    said = [_("Every lead that is shared counts as one.")]
    if counted:
        said.append(_("So do leads %s.") % counted)
    if extra:
        said.append(_("Extra, and not counted: leads %s.") % extra)
    return " ".join(said)


def _weights(group: Group, steps: tuple[Step, ...], *, now: datetime, public: bool) -> Iterator[str]:
    if shares_equally(steps):
        yield _("Everybody counts the same.")
    else:
        yield _("A lead is split by weight. Managers set the weights; a change counts from the next lead on.")
        if group.even_percent:
            yield _(
                "Of 100 such leads about %(n)d are drawn by lot, all with the same chance, to see what weights bring."
            ) % {"n": group.even_percent}
    if public:
        return
    rows = Membership.objects.at(now).filter(group=group, rep__active=True).select_related("rep__user")
    by_weight: dict[int, list[str]] = {}
    for row in rows.order_by("-weight", "rep__user__name"):
        name = row.rep.name
        if row.percent != 100:
            name = _("%(name)s at %(n)s %%") % {"name": name, "n": row.percent}
        by_weight.setdefault(row.weight if not shares_equally(steps) else 1, []).append(name)
    if len(by_weight) > 1 or rows.exclude(percent=100).exists():
        said = (_("weight %(n)s: %(names)s") % {"n": n, "names": ", ".join(who)} for n, who in by_weight.items())
        yield _sentence("; ".join(said))


def _later(group: Group, names: wording.Names, version: RuleSetVersion | None) -> Iterator[str]:
    """Rules of a stage that hand leads to this group."""
    division = group.division_id
    for other in rulesets.published_for_stages(division).values():
        for rule in rulesets.rules_of(other).rules:
            if rule.destination.to is To.GROUP and rule.destination.id == group.pk and other != version:
                yield strip_tags(wording.rule_says(rule, names))


def _whys(group: Group, version: RuleSetVersion | None) -> Iterator[tuple[str, str]]:
    if version is not None and version.rule_set.note:
        yield version.rule_set.note, ""
    page = GroupPage.objects.filter(group=group).select_related("why_by").first()
    if page is not None and page.why:
        yield page.why, page.why_by.name if page.why_by else ""


def _sentence(text: str) -> str:
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _without_people(book: Handbook) -> Handbook:
    """The same with everybody's name, whole or in part, taken out of what people wrote."""
    masked = _masking(User.objects.filter(Q(rep__isnull=False) | Q(managed_groups__isnull=False)).distinct())

    def safe(text: SafeString) -> SafeString:
        return mark_safe(masked(text))  # noqa: S308 - was safe, and a fixed text took the place of names

    return Handbook(
        tuple(safe(one) for one in book.sentences),
        (),
        tuple(Part(part.term, tuple(map(masked, part.says))) for part in book.parts),
        tuple((masked(text), "") for text, _who in book.whys),
    )


def _masking(people: Iterable[User]) -> Callable[[str], str]:
    """Puts “a colleague” in the place of names of people, as they are written in text and in HTML."""
    whole = {person.name for person in people if person.name}
    parts = {part for name in whole for part in name.split() if len(part) > _INITIALS}
    words = sorted({*whole, *parts, *map(escape, whole | parts)}, key=len, reverse=True)
    if not words:
        return str
    found = re.compile(rf"(^|[.!?]\s+|(?<!\w))(?:{'|'.join(map(re.escape, words))})(?!\w)")
    return lambda text: found.sub(_colleague, text)


def _colleague(match: re.Match[str]) -> str:
    """In place of a name; a sentence begins with a capital."""
    before, says = match[1], _("a colleague")
    begins = match.start() == 0 or before != ""
    return before + (says[:1].upper() + says[1:] if begins else says)
