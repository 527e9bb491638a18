"""Limits on guessing who somebody is: passwords and codes by person and address, by address, codes by person."""

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from config.lib import rates
from config.lib.address import client_address
from reps.models import User


def address_closed(request: HttpRequest) -> bool:
    """Whether too many were wrong from there, for whomever: one password tried on everybody."""
    return rates.is_over("wrong_sign_ins", client_address(request)) is not None


def wrong(request: HttpRequest) -> None:
    """Count one; the pair of person and address is counted by axes."""
    rates.spend("wrong_sign_ins", client_address(request))


def codes_closed(request: HttpRequest, user: User) -> bool:
    """Whether codes are taken now: the pair is locked as by passwords, and each person has a limit over all addresses.

    That limit locks out the owner, too; but only who has the password can use it up.
    """
    if rates.is_over("wrong_codes", user.pk) is not None or address_closed(request):
        return True
    return not AxesProxyHandler.is_allowed(request, {"username": user.email})


def wrong_code(request: HttpRequest, user: User) -> None:
    """Count a wrong code as a wrong password, and for the person."""
    wrong(request)
    rates.spend("wrong_codes", user.pk)
    user_login_failed.send(sender=__name__, credentials={"username": user.email}, request=request)
