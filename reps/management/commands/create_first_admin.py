"""Makes one admin where nobody can sign in yet, and prints the password, once."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

EMAIL = "admin@localhost"
PASSWORD_BYTES = 12


class Command(BaseCommand):
    """Run by every `make run`; does nothing once any user exists."""

    help = "Make an admin with a random password, printed once, unless a user exists."

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()._default_manager  # noqa: SLF001 - Django's documented way to the manager
        with transaction.atomic():
            if users.exists():
                return
            password = secrets.token_urlsafe(PASSWORD_BYTES)
            users.create_superuser(email=EMAIL, password=password, name="Admin")
        self.stdout.write("The first admin was made. This password is shown only now:")
        self.stdout.write(f"    e-mail    {EMAIL}")
        self.stdout.write(f"    password  {password}")
