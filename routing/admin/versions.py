"""Published versions in the admin, to read."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reps.web.admin_parts import HouseAdmin, ReadOnly
from routing.models import RuleSetVersion


@admin.register(RuleSetVersion)
class VersionAdmin(ReadOnly, HouseAdmin):
    """What was printed, when and by whom."""

    list_display = ("rule_set", "n", "published_at", "published_by", "comment")
    list_select_related = ("rule_set", "published_by")
    fields = ("rule_set", "n", "published_at", "published_by", "comment", "overridden", "in_words", "against")
    readonly_fields = ("in_words", "against")

    @admin.display(description=gettext_lazy("in words"))
    def in_words(self, obj: RuleSetVersion) -> SafeString:
        """One line a rule."""
        return SafeString("".join(format_html("<p>{}</p>", line) for line in obj.words))

    @admin.display(description=gettext_lazy("compare"))
    def against(self, obj: RuleSetVersion) -> SafeString:
        """The page that compares it with another, and makes it the draft again."""
        url = f"{reverse('rules-compare', args=[obj.rule_set.uid])}?from={obj.n}"
        return format_html('<a href="{}">{}</a>', url, _("Compare with the draft, or make it the draft again"))
