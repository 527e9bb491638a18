"""Who reads a page made for reps: the rep signed in, or nobody."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

from reps import access
from reps.models import Rep


def rep(request: HttpRequest | Request) -> Rep:
    """The active rep who is signed in, whose `user` is the person. Raises PermissionDenied."""
    found = access.rep_of(request.user)
    if found is None:
        raise PermissionDenied
    return found
