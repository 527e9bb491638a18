"""A rep's statement of their fair share as the managers of the group read it: the same lines, in their words."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reporting.web import fair_share, words
from reporting.web.asking import OwnForm, asked, period_of
from reps import access
from reps.models import Membership, Rep, User


@login_required
@never_cache
@require_safe
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """In the groups the reader manages; a rep's own stands on My numbers."""
    user, now = request.user, timezone.now()
    if access.rep_of(user) and not access.is_manager(user):
        raise PermissionDenied
    rep = get_object_or_404(Rep.objects.select_related("user"), uid=uid)
    if access.rep_of(user) == rep:
        return redirect(f"{reverse('my-numbers')}?{request.GET.urlencode()}")
    ever = Membership.objects.filter(rep=rep).values("group")
    groups = list(access.groups_managed(user).filter(Q(pk__in=ever) | Q(shares__rep=rep)).distinct().order_by("name"))
    if not groups or not isinstance(user, User):
        raise Http404
    form = OwnForm(asked(request), groups=groups)
    form.is_valid()
    span, others = period_of(form, now=now), form.cleaned_data.get("show") == "all"
    group = form.chosen or groups[0]
    account = fair_share.read(rep=rep, group=group, span=span, others=others)
    context = {
        "now": now,
        "rep": rep,
        "period": {"key": span.key, "label": words.told(span)},
        "form": form,
        "share": fair_share.page_of(
            account=account, rep=rep, reader=user, group=group, page=request.GET.get("page"), now=now
        ),
        "report_url": reverse("rep-report", args=[rep.uid]),
    }
    return render(request, "reporting/rep_share.html", context)
