"""Who a session belongs to, read together with the rep they are: every page asks for both."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from reps.models import User


class WithRep(ModelBackend):
    """Signs in by e-mail and password, as Django's own does."""

    def get_user(self, user_id: Any) -> User | None:
        """The active user, with `user.rep` at hand; None where there is none such."""
        user = User.objects.select_related("rep").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
