"""The logo in Settings: a picture comes in, is written anew from its known parts, and can be taken away."""

from django.contrib import messages
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from leads.web.ops import ops_only
from reps import branding, pictures
from routing.web.settings.page import drawn

# With what a form adds around the picture; more is not read at all.
_MOST_SENT = pictures.MOST_BYTES + 64 * 1024
_WRONG = {
    "kind": gettext_lazy("This is no PNG, JPEG or WebP picture. SVG cannot be taken: it may hold scripts."),
    "broken": gettext_lazy("The picture cannot be read: the file is damaged."),
    "size": gettext_lazy("Each side must have 16 to 2,000 pixels."),
    "large": gettext_lazy("The file is larger than 300 kB. Save it smaller."),
}


@csrf_exempt  # who takes the file must be known before the body is read; `_save` checks the token
@ops_only
@never_cache
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Put it in the place of the one before."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > _MOST_SENT:
        return drawn(request, logo_problem=_WRONG["large"], status=413)
    request.upload_handlers = [MemoryFileUploadHandler(request)]
    return _save(request)


@csrf_protect
def _save(request: HttpRequest) -> HttpResponse:
    sent = request.FILES.get("logo")
    if sent is None:
        return drawn(request, logo_problem=_("Choose a picture first."), status=422)
    try:
        picture = pictures.read(sent.read())
    except pictures.PictureError as error:
        return drawn(request, logo_problem=_WRONG[str(error)], status=422)
    branding.set_logo(picture=picture, name=(sent.name or "").replace("\x00", ""))
    messages.success(request, _("Saved: the logo."))
    return _back()


@ops_only
@never_cache
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    """Our mark again."""
    branding.remove_logo()
    messages.success(request, _("The logo is gone."))
    return _back()


def _back() -> HttpResponse:
    return redirect(f"{reverse('settings')}#company")
