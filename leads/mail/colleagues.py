"""Who is one of us: our users, and everybody at the domains ops list."""

import re

from leads.connector import Configured
from leads.mail.reading import IsOurs
from reps.models import User


def of(configured: Configured) -> IsOurs:
    """Tells of an address whether it is a colleague's; each is looked up once."""
    listed = re.split(r"[\s,;]+", configured.setting("our_domains").casefold())
    domains = {domain.lstrip("@.") for domain in listed if domain.strip("@. ")}
    known: dict[str, bool] = {"": False}

    def is_ours(email: str) -> bool:
        email = email.casefold()
        if email not in known:
            domain = email.rpartition("@")[2]
            listed = any(domain == one or domain.endswith(f".{one}") for one in domains)
            known[email] = listed or User.objects.filter(email__iexact=email, is_active=True).exists()
        return known[email]

    return is_ours
