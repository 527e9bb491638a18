"""Who signs in: by e-mail, with any number of roles (rep, manager of groups, ops, admin, referrer)."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from reps import access

from .triggers import bumps_roster_when, ends_access, ends_endpoints, signs_out
from .zones import check_zone


class Users(BaseUserManager["User"]):
    """Makes users; addresses are kept in lower case, so that nobody exists twice."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user without any role."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An admin."""
        return self.create_user(email, password, **{**fields, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in does not mind capitals."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. A rep has a Rep row beside it, a manager stands in the managers of a group."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_zone])
    is_ops = models.BooleanField(
        _("ops"), default=False, help_text=_("Edits rules, roster and connections in the admin.")
    )
    is_referrer = models.BooleanField(
        _("referrer"),
        default=False,
        help_text=_("Adds leads by hand and sees what became of those; nothing else opens."),
    )
    is_active = models.BooleanField(_("active"), default=True, help_text=_("Untick instead of deleting."))
    # Part of what every session carries: raised, all of them are over.
    sign_out_n = models.PositiveIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)

    objects = Users()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]
        triggers = [bumps_roster_when("is_active"), ends_endpoints(), signs_out(), ends_access()]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Keep addresses in lower case."""
        self.email = self.email.lower()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Of the password and of how often they were signed out everywhere."""
        said = f"{self.password} {self.sign_out_n}" if self.sign_out_n else self.password
        return salted_hmac("reps.User.session", said, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_staff(self) -> bool:
        """Whether the admin opens for them."""
        return self.is_active and (self.is_ops or self.is_superuser)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Ops may do in the admin what `access` lists; admins may do all."""
        return (self.is_active and self.is_ops and access.ops_may(perm)) or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        """Ops see our own apps in the admin."""
        return (self.is_active and self.is_ops and app_label in access.OPS_APPS) or super().has_module_perms(app_label)
