"""REST about rules: read and replace the draft, check, publish, versions, compare, go back, examples."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from reps import access
from routing import rulesets, wording
from routing.engine.ruleset import RuleSetError
from routing.models import RuleSet, RuleSetVersion, SavedExample
from routing.rulesets import compare, examples
from routing.web.api_parts import Body, Ids, RulesAPI, chosen, conflict, found_or_404, plain, unprocessable

MOST_VERSIONS = 1000
_OUTCOMES = ("assigned", "offered", "pooled", "held", "desk", "rejected")


class RuleSetAPI(RulesAPI):
    """Views about one rule set of the caller's division."""

    may_write = staticmethod(access.edits_rules)

    def sets(self, request: Request) -> "QuerySet[RuleSet]":
        """All of the division."""
        rows = RuleSet.objects.filter(division=self.division(request)).select_related("published", "stage", "division")
        return rows.order_by("runs_on", "pk")

    def rule_set(self, request: Request, uid: UUID) -> RuleSet:
        """One of them, else 404."""
        row: RuleSet = found_or_404(self.sets(request), uid=uid)
        return row


class RuleSetsView(RuleSetAPI):
    """GET lists."""

    def get(self, request: Request) -> Response:
        """Name, occasion, version in force."""
        return Response({"rule_sets": [_brief(row) for row in self.sets(request)]})


class DraftView(RuleSetAPI):
    """GET the draft; PUT another in its place, on top of the revision that was read."""

    def get(self, request: Request, uid: UUID) -> Response:
        """The draft with its revision, also as ETag, in JSON and in words."""
        return _draft(self.rule_set(request, uid))

    def put(self, request: Request, uid: UUID) -> Response:
        """`{"revision": 3, "rules": [...], "bands": [...]}`, or If-Match; 409 with both texts where it is stale."""
        row = self.rule_set(request, uid)
        body = Body(request.data, "revision", "rules", "bands")
        revision = _revision(request, body)
        sent = plain({"rules": body.data.get("rules", []), "bands": body.data.get("bands", [])})
        try:
            inside = Ids(row.division_id).inside(sent)
            saved = rulesets.replace(rule_set=row, revision=revision, body=inside, by=self.by(request))
        except rulesets.StaleDraftError as error:
            return _stale(error, revision, sent)
        except RuleSetError as error:
            names = wording.Names.load(row.division_id)
            raise exceptions.ValidationError(
                {p.path or "rules": [wording.reading_problem(p, names)] for p in error.problems}
            ) from error
        return _draft(saved)


class CheckView(RuleSetAPI):
    """GET what is wrong with the draft, and how many of last month's leads each rule would have met first."""

    def get(self, request: Request, uid: UUID) -> Response:
        """Errors block publishing; warnings and broken examples are told too."""
        row, now = self.rule_set(request, uid), timezone.now()
        found = rulesets.matched(row, now=now)
        return Response(
            {
                "revision": row.revision,
                "problems": [_problem(p) for p in rulesets.problems_of(row, now=now, leads=True)],
                "matched": [{"rule": key, "leads": n, "share": round(share, 4)} for key, (n, share) in found.items()],
                "examples": [_run(run, row) for run in examples.run(row, now=now)],
            }
        )


class PublishView(RuleSetAPI):
    """POST prints the draft as the next version."""

    def post(self, request: Request, uid: UUID) -> Response:
        """201 with the version; 422 with the problems. `override` says why broken examples may be."""
        row = self.rule_set(request, uid)
        body = Body(request.data, "comment", "override", "revision")
        revision = _revision(request, body, needed=False)
        if revision is not None and revision != row.revision:
            return _stale(rulesets.StaleDraftError(row), revision, None)
        try:
            version = rulesets.publish(
                rule_set=row,
                by=self.by(request),
                comment=body.text("comment", 500),
                override=body.text("override", 500),
                now=timezone.now(),
            )
        except rulesets.NotPublishedError as error:
            return unprocessable(
                "not_published", _("The draft cannot be published."), problems=[_problem(p) for p in error.problems]
            )
        return Response(_version(version), status=201)


class VersionsView(RuleSetAPI):
    """GET all versions, newest first."""

    def get(self, request: Request, uid: UUID) -> Response:
        """Without their rules."""
        row = self.rule_set(request, uid)
        rows = row.versions.select_related("published_by").defer("body").order_by("-n")[:MOST_VERSIONS]
        return Response({"versions": [_version(version) for version in rows]})


class VersionView(RuleSetAPI):
    """GET one version, whole."""

    def get(self, request: Request, uid: UUID, n: int) -> Response:
        """With rules and words."""
        row = self.rule_set(request, uid)
        version = found_or_404(row.versions.select_related("published_by"), n=n)
        body = Ids(row.division_id).outside(version.body)
        return Response({**_version(version), **body, "words": version.words})


class CompareView(RuleSetAPI):
    """GET ?from=3&to=draft: what changed, in words."""

    def get(self, request: Request, uid: UUID) -> Response:
        """By default the version in force against the draft."""
        row = self.rule_set(request, uid)
        if unknown := set(request.query_params) - {"from", "to"}:
            raise exceptions.ValidationError({name: [_("Unknown filter.")] for name in sorted(unknown)})
        fallback = str(row.published.n) if row.published else "draft"
        before, after = request.query_params.get("from", fallback), request.query_params.get("to", "draft")
        found = compare.compare(_side(row, before, "from"), _side(row, after, "to"), division_id=row.division_id)
        return Response({"from": before, "to": after, "changes": [_change(change) for change in found]})


class GoBackView(RuleSetAPI):
    """POST makes the version the draft again."""

    def post(self, request: Request, uid: UUID, n: int) -> Response:
        """`{"revision": 3, "why": "..."}`; nothing is published by it."""
        row = self.rule_set(request, uid)
        version = found_or_404(row.versions.all(), n=n)
        body = Body(request.data, "revision", "why")
        revision = _revision(request, body)
        try:
            back = rulesets.go_back(
                version=version, revision=revision, by=self.by(request), why=body.text("why"), now=timezone.now()
            )
        except rulesets.StaleDraftError as error:
            return _stale(error, revision, None)
        return _draft(back)


class ExamplesView(RuleSetAPI):
    """GET the saved examples, each asked of the draft; POST makes one."""

    def get(self, request: Request, uid: UUID) -> Response:
        """With what came out, and whether it holds."""
        row = self.rule_set(request, uid)
        return Response({"examples": [_run(run, row) for run in examples.run(row, now=timezone.now())]})

    def post(self, request: Request, uid: UUID) -> Response:
        """`{"name", "lead"}` from a real lead, with `expected` where it should go elsewhere than it did."""
        row = self.rule_set(request, uid)
        body = Body(request.data, "name", "lead", "expected")
        name, lead_uid = body.text("name", 100, needed=True), body.uid("lead")
        if lead_uid is None:
            raise exceptions.ValidationError({"lead": [_("This is needed.")]})
        (lead,) = chosen(self.overseen(request), [lead_uid])
        expected = body.data.get("expected")
        try:
            made = examples.keep(
                rule_set=row,
                lead=lead,
                name=name,
                by=self.by(request),
                now=timezone.now(),
                expected=_expected(expected, row) if expected is not None else None,
            )
        except examples.NoFactsError as error:
            says = _("Nothing is kept of this lead that rules could ask about.")
            raise exceptions.ValidationError({"lead": [says]}) from error
        return Response(_example(made, row), status=201)


class ExampleView(RuleSetAPI):
    """PATCH name or expectation; DELETE."""

    def patch(self, request: Request, uid: UUID, pk: int) -> Response:
        """What is not sent stays."""
        row = self.rule_set(request, uid)
        example: SavedExample = found_or_404(row.examples.all(), pk=pk)
        body = Body(request.data, "name", "expected")
        if "name" in body.data:
            example.name = body.text("name", 100, needed=True)
        if "expected" in body.data:
            example.expected = _expected(body.data["expected"], row)
        example.save(update_fields=["name", "expected"])
        return Response(_example(example, row))

    def delete(self, request: Request, uid: UUID, pk: int) -> Response:
        """204."""
        found_or_404(self.rule_set(request, uid).examples.all(), pk=pk).delete()
        return Response(status=204)


def _revision(request: Request, body: Body, *, needed: bool = True) -> Any:
    """From the body, or from If-Match."""
    found = body.number("revision")
    tag = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if found is None and tag:
        if not tag.isdecimal() or len(tag) > 9:
            raise exceptions.ValidationError({"If-Match": [_('Send the revision that was read, like "3".')]})
        found = int(tag)
    if found is None and needed:
        raise exceptions.ValidationError({"revision": [_("Say which revision was read, here or by If-Match.")]})
    return found


def _stale(error: rulesets.StaleDraftError, revision: int, sent: Any) -> Response:
    current = error.current
    saved = rulesets.saved_since(current, revision)
    return conflict(
        _("Somebody saved the draft after it was read; nothing was written."),
        current={"revision": current.revision, **Ids(current.division_id).outside(rulesets.body_of(current))},
        sent=sent,
        saved=[{"by": one.by or None, "at": one.at, "revision": one.revision} for one in saved],
    )


def _brief(row: RuleSet) -> dict[str, Any]:
    return {
        "id": str(row.uid),
        "name": row.name,
        "runs_on": row.runs_on,
        "stage": row.stage.key if row.stage else None,
        "revision": row.revision,
        "version": row.published.n if row.published else None,
    }


def _draft(row: RuleSet) -> Response:
    body = Ids(row.division_id).outside(rulesets.body_of(row))
    answer = {**_brief(row), **body, "words": rulesets.words_of(row)}
    return Response(answer, headers={"ETag": f'"{row.revision}"'})


def _version(version: RuleSetVersion) -> dict[str, Any]:
    return {
        "version": version.n,
        "published_at": version.published_at,
        "by": version.published_by.name if version.published_by else None,
        "comment": version.comment,
        "overridden": version.overridden,
        "engine": version.engine,
    }


def _problem(problem: rulesets.Problem) -> dict[str, Any]:
    return {"says": problem.text, "path": problem.path, "rule": problem.rule, "blocks": problem.blocks}


def _side(row: RuleSet, name: str, field: str) -> compare.Text:
    if name == "draft":
        return compare.Text.draft(row)
    version = row.versions.filter(n=int(name)).first() if name.isdecimal() and len(name) < 9 else None
    if version is None:
        raise exceptions.ValidationError({field: [_("Write draft, or the number of a version.")]})
    return compare.Text.version(version)


def _change(change: compare.Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "rule": change.rule,
        "key": change.key,
        "says": change.text(),
        "parts": [{"part": p.label, "before": p.before, "after": p.after} for p in change.parts],
    }


def _expected(value: object, row: RuleSet) -> dict[str, Any]:
    body = Body(value if value is not None else {}, *examples.KEYS)
    if "outcome" in body.data:
        body.choice("outcome", _OUTCOMES, "")
    inside: dict[str, Any] = Ids(row.division_id).inside(dict(body.data), "expected")
    keys = {str(key) for key in row.rules.values_list("key", flat=True)}
    if inside.get("rule") is not None and inside["rule"] not in keys:
        raise exceptions.ValidationError({"expected.rule": [_("There is no such rule in the draft.")]})
    return inside


def _example(example: SavedExample, row: RuleSet) -> dict[str, Any]:
    return {
        "id": example.pk,
        "name": example.name,
        "lead": str(example.lead.uid) if example.lead else None,
        "expected": Ids(row.division_id).outside(example.expected),
        "at": example.at,
    }


def _run(run: examples.Run, row: RuleSet) -> dict[str, Any]:
    got = Ids(row.division_id).outside(run.got)
    return {**_example(run.example, row), "holds": run.holds, "got": got, "says": run.says}
