"""Rule sets in the admin: the draft with its rules, priorities and examples, and the page that publishes it."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action

from reps.web.admin_parts import HouseAdmin
from routing import rulesets
from routing.admin.forms import BandForm, ExampleForm, KeepsTyped, RuleForm, RuleSetForm
from routing.models import Band, Rule, RuleSet, SavedExample
from routing.rulesets import compare, examples
from routing.rulesets.draft import signed
from routing.web.publishing import publish


class RuleInline(StackedInline):
    """The rules in order; the first that fits decides."""

    model = Rule
    form = RuleForm
    formset = KeepsTyped
    extra = 0
    ordering_field = "position"
    fields = (
        ("position", "name"),
        "condition",
        ("to", "reject_reason"),
        ("away", "returning"),
        ("group", "rep"),
        "steps",
        "otherwise",
        ("respond_within", "clock"),
        "escalation",
        "priority",
    )
    autocomplete_fields = ("group", "rep")


class BandInline(TabularInline):
    """Which leads are decided first."""

    model = Band
    form = BandForm
    formset = KeepsTyped
    extra = 0


class ExampleInline(TabularInline):
    """Leads and where they must go; made on a lead's page, run on every publish."""

    model = SavedExample
    form = ExampleForm
    extra = 0
    fields = ("name", "expected", "at", "by")
    readonly_fields = ("at", "by")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """From a real lead, or through the API."""
        return False


@admin.register(RuleSet)
class RuleSetAdmin(HouseAdmin):
    """The draft; publishing prints it as the next version."""

    form = RuleSetForm
    list_display = ("name", "occasion", "version", "problems")
    inlines = (RuleInline, BandInline, ExampleInline)
    fields = ("name", ("runs_on", "stage"), "note", "reads", "read")
    readonly_fields = ("reads",)
    actions_detail = ("publish_one",)
    list_select_related = ("published", "stage")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Say what each occasion is good for."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and db_field.name == "runs_on":
            field.help_text = _("Most companies need one rule set, for new leads.")
        if field is not None and db_field.name == "stage":
            field.help_text = _(
                "For handing on: when a lead reaches this stage, these rules choose who takes it, as from an SDR to an"
                " account executive at Meeting booked. The first rep is kept as the one who sourced it."
            )
        return field

    @admin.display(description=gettext_lazy("runs on"), ordering="runs_on")
    def occasion(self, obj: RuleSet) -> str:
        """A new lead, or a stage."""
        return _("when %s is reached") % obj.stage if obj.stage else obj.get_runs_on_display()

    @admin.display(description=gettext_lazy("published"))
    def version(self, obj: RuleSet) -> str:
        """Which version decides."""
        return _("version %d") % obj.published.n if obj.published else _("never")

    @admin.display(description=gettext_lazy("problems"))
    def problems(self, obj: RuleSet) -> str:
        """How many, and whether they block publishing; last month's leads are not asked here."""
        found = rulesets.problems_of(obj, now=timezone.now())
        blocking = sum(p.blocks for p in found)
        return (
            _("%(n)d, of which %(blocking)d block publishing") % {"n": len(found), "blocking": blocking}
            if found
            else "-"
        )

    @admin.display(description=gettext_lazy("reads"))
    def reads(self, obj: RuleSet | None) -> SafeString | str:
        """The draft in plain words, and what is wrong with it."""
        if obj is None or obj.pk is None:
            return _("Save it to read it in plain words.")
        words = [format_html("<p>{}</p>", line) for line in rulesets.words_of(obj)]
        wrong = [
            format_html("<p><b>{}</b> {}</p>", _("Blocks publishing:") if p.blocks else _("Worth a look:"), p.text)
            for p in rulesets.problems_of(obj, now=timezone.now(), leads=True)
        ]
        url = reverse("rules-compare", args=[obj.uid])
        draft = reverse("rules-draft", args=[obj.uid])
        links = [
            format_html('<p><a href="{}">{}</a></p>', draft, _("Edit the rules in words, try and simulate them")),
            format_html('<p><a href="{}">{}</a></p>', url, _("Compare versions, or go back to one")),
        ]
        return SafeString("".join([*words, *wrong, *links]))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As usual, and what is saved is kept in the history under the editor's name."""
        with signed(request.user if request.method == "POST" else None):  # type: ignore[arg-type]  # signed in
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Any change of the draft, a rule's or a priority's too, is a new revision of it."""
        super().save_related(request, form, formsets, change)
        mine = [formset for formset in formsets if formset.model is not SavedExample]
        if change and (set(form.changed_data) - {"read"} or any(formset.has_changed() for formset in mine)):
            rulesets.touched(form.instance)

    @action(description=gettext_lazy("Publish"), url_path="publish", permissions=["publish"])
    def publish_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what would be published and ask for a comment; publish by POST only, outside the admin's transaction."""
        row = get_object_or_404(RuleSet, pk=object_id) if object_id.isdigit() else None
        if row is None:
            raise Http404
        if request.method == "POST" and publish(request, row):
            return HttpResponseRedirect(reverse("admin:routing_ruleset_change", args=[row.pk]))
        now = timezone.now()
        draft = compare.Text.draft(row)
        changes = (
            compare.compare(compare.Text.version(row.published), draft, division_id=row.division_id)
            if row.published
            else []
        )
        runs = examples.run(row, now=now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish %s") % row.name,
            "row": row,
            "words": rulesets.words_of(row),
            "changes": changes,
            "problems": rulesets.problems_of(row, now=now, leads=True),
            "examples": runs,
            "broken": [one for one in runs if not one.holds],
            "typed": {name: request.POST.get(name, "") for name in ("comment", "override")},
        }
        return render(request, "admin/publish.html", context)

    def has_publish_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may edit rules may publish them."""
        return request.user.has_perm("routing.change_ruleset")

    def has_delete_permission(self, request: HttpRequest, obj: RuleSet | None = None) -> bool:
        """A printed set is never deleted."""
        return bool(obj and not obj.versions.exists()) and super().has_delete_permission(request, obj)
