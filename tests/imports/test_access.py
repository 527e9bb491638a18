"""Who may import what: ops all, managers new leads of their own, reps nothing; the files are nobody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from routing.models import FileImport
from tests import factories as make
from tests.imports import sent

pytestmark = pytest.mark.django_db
TEXT = "Mail,Name\nana@one.example,Ana\nnope,x\n"


@pytest.fixture
def manager(client):
    user = make.user("Matteo")
    make.group("DACH").managers.add(user)
    client.force_login(user)
    client.user = user
    return client


def pages(job):
    start = f"/imports/{job.uid}/"
    reads = [start, f"{start}progress/", f"{start}refused.csv"]
    return reads, [f"{start}columns/", f"{start}cancel/", f"{start}go-on/"]


def test_reps_find_no_import(client):
    job = sent.run(sent.start(TEXT))
    client.force_login(make.rep("Ana").user)
    reads, writes = pages(job)

    for path in ["/imports/", "/imports/new/", "/imports/export/accounts.csv", *reads]:
        assert client.get(path).status_code == 403, path
    for path in ["/imports/new/", *writes]:
        assert client.post(path).status_code == 403, path


def test_strangers_are_sent_to_the_sign_in(client):
    job = sent.run(sent.start(TEXT))
    reads, writes = pages(job)

    for path in ["/imports/", "/imports/new/", *reads]:
        assert client.get(path)["Location"].startswith("/login/"), path
    for path in ["/imports/new/", *writes]:
        assert client.post(path)["Location"].startswith("/login/"), path


def test_managers_import_new_leads_and_see_only_their_own(manager):
    others = sent.run(sent.start(TEXT))
    assert sent.upload(manager, TEXT, kind="history").status_code == 422
    assert sent.upload(manager, TEXT, kind="reps").status_code == 422

    answer = sent.upload(manager, TEXT)
    assert 'href="/imports/"' in manager.get("/board/").content.decode()

    mine = FileImport.objects.get(by=manager.user)
    assert answer["Location"] == f"/imports/{mine.uid}/"
    assert str(others.uid) not in manager.get("/imports/").content.decode()
    reads, writes = pages(others)
    assert {manager.get(path).status_code for path in reads} == {404}
    assert {manager.post(path).status_code for path in writes} == {404}
    assert manager.get("/imports/export/accounts.csv").status_code == 403


def test_a_file_sent_from_another_site_is_not_taken():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make.user("Odile", is_ops=True))

    assert sent.upload(client, TEXT).status_code == 403
    assert not FileImport.objects.exists()


@pytest.mark.parametrize("data", [{}, {"kind": "new"}, {"kind": "nonsense"}, {"kind": "new", "file": "text"}])
def test_a_form_without_its_parts_is_refused_by_name(ops, data):
    answer = ops.post("/imports/new/", data)

    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()


def test_an_import_over_or_under_way_takes_no_other_step(ops):
    job = sent.run(sent.start(TEXT))
    _reads, writes = pages(job)

    for path in writes:
        assert ops.post(path, {"go": "run"}).status_code == 302
    assert sent.again(job).status == "done"
    assert ops.get(f"/imports/{job.uid}/progress/")["HX-Refresh"] == "true"
    assert ops.get("/imports/export/nothing.csv").status_code == 404


@pytest.mark.parametrize("path", ["/add-lead/", "/connections/new/webhook/", "/login/"])
def test_no_page_but_the_imports_takes_files_and_what_is_too_much_is_not_read(ops, path):
    small = SimpleUploadedFile("note.txt", b"x" * 1000)
    large = SimpleUploadedFile("film.bin", b"x" * (6 << 20))

    refused = ops.post(path, {"name": "Ann", "file": large})
    taken = ops.post(path, {"name": "Ann", "file": small})

    assert refused.status_code == 413
    assert "More than 5 MB came at once" in refused.content.decode()
    assert not taken.wsgi_request.FILES
    assert taken.status_code != 413
