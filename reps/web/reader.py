"""Who reads a page: the rep or the person signed in, or nobody."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

from reps import access
from reps.models import Rep, User


def rep(request: HttpRequest | Request) -> Rep:
    """The active rep who is signed in, whose `user` is the person. Raises PermissionDenied."""
    found = access.rep_of(request.user)
    if found is None:
        raise PermissionDenied
    return found


def user(request: HttpRequest | Request) -> User:
    """The person who is signed in. Raises PermissionDenied."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
