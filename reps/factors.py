"""The second factor: who has one, who must, whether a code is right, and taking it off somebody who lost theirs."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db.models import Q

from reps.models import User

TOTP = Authenticator.Type.TOTP
RECOVERY = Authenticator.Type.RECOVERY_CODES


def has(user: User) -> bool:
    """Whether a code is asked when they sign in."""
    return Authenticator.objects.filter(user=user, type=TOTP).exists()


def must_have(user: User) -> bool:
    """Whether the installation asks one of them."""
    wanted = settings.REQUIRE_SECOND_FACTOR
    return wanted == "everybody" or (wanted == "admins" and is_powerful(user))


def is_powerful(user: User) -> bool:
    """Admins and ops: who takes over their sign-in has everything."""
    return user.is_superuser or user.is_ops


def matches(*, user: User, code: str) -> Authenticator | None:
    """The factor of which this is a code that was not used before."""
    typed = "".join(code.split()).replace("-", "")
    for row in Authenticator.objects.filter(user=user, type__in=(TOTP, RECOVERY)).order_by("-type"):
        if _takes_totp(row, typed) if row.type == TOTP else row.wrap().validate_code(typed):
            return row
    return None


def _takes_totp(row: Authenticator, code: str) -> bool:
    """Whether it is of now, and later than every code that was taken: by the row, so that one is taken once."""
    secret = decrypt(row.data["secret"])
    for counter in totp.yield_hotp_counters_from_time():
        if totp.compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))):
            fresh = Q(data__counter__lt=counter) | Q(data__counter__isnull=True)
            return bool(Authenticator.objects.filter(fresh, pk=row.pk).update(data={**row.data, "counter": counter}))
    return False


def may_reset(*, by: User, user: User) -> bool:
    """Ops help everybody but those who can do as much as they, or more; admins help all. Nobody this way themselves."""
    return by.pk != user.pk and by.is_active and (by.is_superuser or (by.is_ops and not is_powerful(user)))


def reset(*, user: User) -> bool:
    """They sign in by the password alone, and set up a new one; False where there was none."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])
