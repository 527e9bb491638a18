"""Imports of files: the list, a new one, what its columns are, its progress and what became of the rows."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.models import Export
from leads.web.exports import limited, note
from reps import access
from reps.models import User
from reps.models.division import SEEDED
from routing.imports import acts, sheets, taken_out
from routing.models import FileImport
from routing.web import import_words as words
from routing.web.import_columns import columns_context, read_choice

Kind, Status = FileImport.Kind, FileImport.Status
UNDER_WAY = (Status.READING, Status.CHECKING, Status.RUNNING)
_PAGE = 30
ENCODINGS = (
    ("", gettext_lazy("Find out (UTF-8, UTF-16)")),
    ("cp1252", gettext_lazy("Western Europe, Windows-1252 (Excel's “CSV”)")),
    ("cp1250", gettext_lazy("Central Europe, Windows-1250")),
    ("cp1251", gettext_lazy("Cyrillic, Windows-1251")),
    ("shift_jis", gettext_lazy("Japanese, Shift JIS")),
    ("gb18030", gettext_lazy("Chinese, GB 18030")),
)


class NewImportForm(forms.Form):
    """Kind first, then the file."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in the file?"), choices=(), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=200,
        help_text=gettext_lazy("CSV or XLSX, the first row names the columns. Nothing is written yet."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsm"}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Written in"),
        choices=ENCODINGS,
        required=False,
        help_text=gettext_lazy("Only where letters came out wrong, or the file was refused."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = acts.kinds_for(user)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(kind.value, kind.label) for kind in found]
            field.initial = found[0].value if len(found) == 1 else None


class Quota(FileUploadHandler):
    """Stops a file that is larger than may be imported, before it fills the disk."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.taken, self.exceeded = 0, False

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Every part counts."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass it on while there is room."""
        self.taken += len(raw_data)
        if self.taken > settings.UPLOAD_MOST_BYTES:
            self.exceeded = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handler behind this one keeps the file."""


@login_required
@never_cache
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All imports the reader may see."""
    _check(request)
    page = Paginator(_seen(request).select_related("by").order_by("-pk"), _PAGE).get_page(request.GET.get("page"))
    rows = [words.list_row(job) for job in page.object_list]
    context = {
        "page": page,
        "rows": rows,
        "new_url": reverse("import-new"),
        "exports": words.exports() if access.oversees_all(request.user) else [],
    }
    return render(request, "routing/imports.html", context)


@csrf_exempt  # the quota must stand before the body is read; `_new` checks the token
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Kind and file; POST keeps the file and has it looked through."""
    quota = Quota(request)
    request.upload_handlers = [quota, TemporaryFileUploadHandler(request)]
    return _new(request, quota)


@csrf_protect
def _new(request: HttpRequest, quota: Quota) -> HttpResponse:
    _check(request)
    if request.method != "POST":
        form = NewImportForm(user=request.user, initial={"kind": request.GET.get("kind", "")})
        return render(request, "routing/import_new.html", _new_context(form))
    form = NewImportForm(request.POST, request.FILES, user=request.user)
    valid = form.is_valid()
    if quota.exceeded:
        form.errors.pop("file", None)
        most = settings.UPLOAD_MOST_BYTES // (1024 * 1024)
        form.add_error("file", _("The file is larger than %d MB. Split it, and import the parts.") % most)
    elif valid and isinstance(request.user, User):
        sent = form.cleaned_data["file"]
        try:
            job = acts.start(
                kind=form.cleaned_data["kind"],
                name=sent.name,
                parts=sent.chunks(),
                by=request.user,
                now=timezone.now(),
                encoding=form.cleaned_data["encoding"],
            )
        except acts.NotPossibleError as error:
            form.add_error(None, str(error))
        else:
            return redirect("import", uid=job.uid)
    return render(request, "routing/import_new.html", _new_context(form), status=422)


def _new_context(form: NewImportForm) -> dict[str, Any]:
    return {"form": form, "kinds": words.kind_cards(form), "most": settings.UPLOAD_MOST_BYTES // (1024 * 1024)}


@login_required
@never_cache
@require_safe
def show(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One import, as far as it is."""
    return _page(request, _job(request, uid))


def _page(request: HttpRequest, job: FileImport, problem: str = "", chosen: list[str] | None = None) -> HttpResponse:
    status = 422 if problem else 200
    context = {"job": words.head(job), "problem": problem, "same": _same(job)}
    if job.status == Status.MAPPING:
        context |= columns_context(job, chosen)
        return render(request, "routing/import_columns.html", context, status=status)
    context |= words.progress(job) if job.status in UNDER_WAY else words.result(job)
    return render(request, "routing/import_show.html", context, status=status)


def _same(job: FileImport) -> str:
    if job.status not in {Status.MAPPING, Status.RUNNING}:
        return ""
    found = acts.same_file(job)
    return words.same_file(found) if found else ""


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What htmx asks for while it runs; when it is over the page comes anew."""
    job = _job(request, uid)
    if job.status not in UNDER_WAY:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "routing/_import_progress.html", {"job": words.head(job), **words.progress(job)})


@login_required
@require_POST
def columns(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What the columns are; `go` says what then: look again, a dry run, or the run."""
    job = _job(request, uid)
    if job.status != Status.MAPPING:
        return redirect("import", uid=job.uid)
    mapping, options, problem = read_choice(job, request.POST)
    go, now = request.POST.get("go"), timezone.now()
    try:
        if not problem:
            acts.choose(job=job, mapping=mapping, options=options)
            if go == "check":
                acts.check(job=job, now=now)
            elif go == "run":
                acts.run(job=job, now=now)
    except acts.NotPossibleError as error:
        problem = str(error)
    if problem:
        return _page(request, job, problem, mapping)
    return redirect("import", uid=job.uid)


@login_required
@require_POST
def go_on(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A stopped or failed one goes on from where it stands."""
    job = _job(request, uid)
    try:
        acts.run(job=job, now=timezone.now())
    except acts.NotPossibleError as error:
        messages.error(request, str(error))
    return redirect("import", uid=job.uid)


@login_required
@require_POST
def cancel(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Between two batches; what is in stays."""
    job = _job(request, uid)
    if not acts.cancel(job=job, now=timezone.now()):
        messages.warning(request, _("It was over already."))
    return redirect("import", uid=job.uid)


@login_required
@never_cache
@require_safe
def refused(request: HttpRequest, uid: UUID) -> FileResponse:
    """The rows that were refused, of the run or of the dry run, as they came, with the reasons."""
    job = _job(request, uid)
    path = sheets.told_path(job.uid, tried=job.status == Status.MAPPING)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, as_attachment=True, filename=words.refused_name(job), content_type="text/csv")


@login_required
@never_cache
@require_safe
@limited
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """Accounts, territories or reps as CSV, in the shape that an import takes."""
    if not access.oversees_all(request.user):
        raise PermissionDenied
    if kind not in taken_out.KINDS:
        raise Http404
    text = taken_out.text(kind, division_id=SEEDED, now=timezone.now())
    note(request, Export.What(kind), text.count("\r\n") - 1)
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


def _check(request: HttpRequest) -> None:
    if not acts.kinds_for(request.user):
        raise PermissionDenied


def _seen(request: HttpRequest) -> "QuerySet[FileImport]":
    """Ops and admins see all; a manager their own."""
    rows = FileImport.objects.all()
    return rows if access.oversees_all(request.user) else rows.filter(by=request.user.pk, kind=Kind.NEW)


def _job(request: HttpRequest, uid: UUID) -> FileImport:
    _check(request)
    job = _seen(request).select_related("division", "connection__division", "by").filter(uid=uid).first()
    if job is None:
        raise Http404
    return job
