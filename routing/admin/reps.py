"""Reps in the admin: whoever leaves or goes on leave is led through the page that shows what is theirs first."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from reps.admin.reps import RepAdmin
from reps.models import Rep

admin.site.unregister(Rep)


@admin.register(Rep)
class LeavingRepAdmin(RepAdmin):
    """As reps know it, with the way out."""

    actions_detail = ("leave",)

    @action(description=gettext_lazy("Leaves, or goes on leave"), url_path="leave", permissions=["leave"])
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page with the preview."""
        if not object_id.isdigit():
            raise Http404
        return HttpResponseRedirect(reverse("rep-leave", args=[get_object_or_404(Rep, pk=object_id).uid]))

    def has_leave_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may edit reps may let them go."""
        return request.user.has_perm("reps.change_rep")
