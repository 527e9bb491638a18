"""The reader's sign-in: their second factor, where they are signed in, and ending that."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reps import factors, sessions


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    user = request.user
    shown = {
        "has_factor": factors.has(user),  # type: ignore[arg-type]  # signed in
        "must": factors.must_have(user),  # type: ignore[arg-type]  # signed in
        "powerful": factors.is_powerful(user),  # type: ignore[arg-type]  # signed in
        "sessions": sessions.of(user, here=request.session.session_key),  # type: ignore[arg-type]  # signed in
    }
    return render(request, "reps/security.html", shown)


class ChangePassword(auth.PasswordChangeView):
    """Another password: every other session is over, in its row too."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep this session, under another key."""
        before = self.request.session.session_key
        answer = super().form_valid(form)
        sessions.renewed(before=before, after=self.request.session.session_key)
        sessions.end_others(user=self.request.user, but=self.request.session.session_key)  # type: ignore[arg-type]  # signed in
        return answer


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of the reader's sessions."""
    if not sessions.end(user=request.user, pk=pk):  # type: ignore[arg-type]  # signed in
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("security")


@login_required
@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    sessions.end_all(user=request.user, but=request.session.session_key)  # type: ignore[arg-type]  # signed in
    before = request.session.session_key
    update_session_auth_hash(request, request.user)  # type: ignore[arg-type]  # signed in
    sessions.renewed(before=before, after=request.session.session_key)
    messages.success(request, _("Signed out everywhere but here."))
    return redirect("security")
