"""A contact: the person in an account, known by normalised mail address or phone number."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from reps.models.division import DivisionKey


class Contact(models.Model):
    """One person; all leads of theirs point here."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    division = DivisionKey()
    name = models.CharField(_("name"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name or str(self.uid)


class ContactKey(models.Model):
    """One way to know a contact again; written by insert-on-conflict, keys sorted, so two doors never deadlock."""

    class Kind(models.TextChoices):
        """What the value is."""

        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        PROFILE = "profile", _("profile")
        HANDLE = "handle", _("handle")

    division = DivisionKey()
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="keys")
    kind = models.CharField(max_length=7, choices=Kind)
    value = models.CharField(max_length=254)

    class Meta:
        verbose_name = _("contact key")
        verbose_name_plural = _("contact keys")
        constraints = [models.UniqueConstraint(fields=["division", "kind", "value"], name="contact_key_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.contact_id}"
