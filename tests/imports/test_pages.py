"""Import in the browser: from the file to owned leads, what is seen before, and who may."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from leads.models import Delivery, Lead
from routing import live
from routing.models import FileImport
from tests import factories as make
from tests.imports import sent

pytestmark = pytest.mark.django_db
TEXT = (
    "E-Mail,Vorname,Nachname,Land,Kundenart\n"
    "ana@one.example,Ana,Ng,DE,A\n"
    "bo@two.example,Bo,Li,Austria,B\n"
    "nope,N,N,DE,C\n"
)


def test_a_file_becomes_owned_leads(ops):
    ana = make.rep("Ana")
    make.publish(make.rule(make.group("All", [ana])))

    answer = sent.upload(ops, TEXT)
    job = FileImport.objects.get()
    assert answer["Location"] == reverse("import", args=[job.uid])
    assert b"looked through" in ops.get(answer["Location"]).content
    sent.finish(job)
    page = ops.get(answer["Location"]).content.decode()
    assert "3 leads will be shared out by the rules" in page
    job = sent.again(job)
    assert job.mapping == ["email", "first_name", "last_name", "country", "=answers"]
    chosen = {f"c{n}": to for n, to in enumerate(job.mapping)}
    ops.post(reverse("import-columns", args=[job.uid]), {**chosen, "go": "check"})
    assert sent.finish(job).status == "mapping"
    assert not Lead.objects.exists()
    page = ops.get(answer["Location"]).content.decode()
    assert "2 new, 1 refused" in page
    ops.post(reverse("import-columns", args=[job.uid]), {**chosen, "go": "run"})
    job = sent.finish(job)
    live.route_ready(1)

    assert job.status == "done"
    assert job.counts == {"new": 2, "refused": 1}
    assert set(Lead.objects.values_list("owner", "private__email", "private__name")) == {
        (ana.pk, "ana@one.example", "Ana Ng"), (ana.pk, "bo@two.example", "Bo Li"),
    }  # fmt: skip
    assert Lead.objects.get(private__email="bo@two.example").private.answers == {"Kundenart": "B"}
    page = ops.get(answer["Location"]).content.decode()
    assert "All rows were read" in page
    told = b"".join(ops.get(reverse("import-refused", args=[job.uid])).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(told)))
    assert rows[0] == ["E-Mail", "Vorname", "Nachname", "Land", "Kundenart", "row", "outcome", "reasons"]
    assert rows[1][:7] == ["nope", "N", "N", "DE", "C", "4", "refused"]
    assert rows[1][7].startswith("email: ")
    assert Delivery.objects.filter(rep=ana).exists()
    assert "leads.csv" in ops.get(reverse("imports")).content.decode()
