"""A saved view: filters and order of a list under a name, somebody's own or shared with all managers."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """What its owner looks for again and again. `query` is what the address of the list says, checked when opened.

    `page` tells which list: a key of `leads.web.listing.LISTINGS`.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(_("page"), max_length=20, default="leads", db_default="leads")
    name = models.CharField(_("name"), max_length=60)
    query = models.JSONField(default=dict)
    shared = models.BooleanField(_("shared"), default=False, help_text=_("All managers see it, too."))
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint("user", "page", Lower("name"), name="saved_view_name_once_a_page")]

    def __str__(self) -> str:
        return self.name
