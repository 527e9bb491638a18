"""Inbound mail of providers: each payload with its proof is an owned lead, a forged one is refused."""

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.test import Client
from django.utils import timezone

from leads import inbound
from leads.mail.providers import PROVIDERS
from leads.models import Inbound, Intake, Lead, LeadPrivate
from routing import live
from tests import factories as make
from tests.mail.corpus import FORM, raw

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
LOGIN, KEY = "fairlead:made-up", "made-up-key"
MAIL = raw(FORM, sender="Form <form@site.example>")
POSTAL = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def _public_url(settings):
    settings.PUBLIC_URL = "http://testserver"


@pytest.fixture
def team():
    rep = make.rep("Ana")
    make.publish(make.rule(make.group("Inbound", [rep])))
    return rep


def basic(login=LOGIN):
    return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}


def as_json(value, headers=None):
    return {"data": json.dumps(value), "content_type": "application/json", "headers": headers or {}}


def as_form(fields, headers=None):
    """Posted as multipart, as providers post mails with files."""
    return {"data": fields, "headers": headers or {}}


def postmark(url, key=LOGIN):
    return as_json({"RawEmail": MAIL.decode(), "FromFull": {"Email": "form@site.example"}, "Headers": []}, basic(key))


def postmark_parsed(url, key=LOGIN):
    parsed = {
        "FromFull": {"Name": "Form", "Email": "form@site.example"},
        "ToFull": [{"Email": "leads@example.org"}],
        "Subject": "A demo",
        "TextBody": FORM,
        "Headers": [{"Name": "Message-ID", "Value": "<m1@example.net>"}],
    }
    return as_json(parsed, basic(key))


def mailgun(url, key=KEY, **fields):
    stamp, token = str(int(time.time())), uuid4().hex
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    headers = [["From", "Form <form@site.example>"], ["Subject", "A demo"], ["Message-Id", "<m1@example.net>"]]
    parsed = {"message-headers": json.dumps(headers), "body-plain": FORM, "sender": "form@site.example"}
    return as_form({"timestamp": stamp, "token": token, "signature": signature, **(fields or parsed)})


def mailgun_raw(url, key=KEY):
    return mailgun(url, key, **{"body-mime": MAIL.decode()})


def sendgrid(url, key=LOGIN):
    head, _, body = MAIL.decode().partition("\r\n\r\n")
    envelope = json.dumps({"from": "form@site.example", "to": ["leads@example.org"]})
    fields = {"headers": head, "text": body, "envelope": envelope, "charsets": json.dumps({"text": "UTF-8"})}
    return as_form(fields, basic(key))


def sendgrid_raw(url, key=LOGIN):
    return as_form({"email": MAIL.decode()}, basic(key))


def brevo(url, key=LOGIN):
    headers = {"From": "Form <form@site.example>", "Subject": "A demo", "Message-ID": "<m1@example.net>"}
    files = [{"Name": "plan.pdf", "DownloadToken": "t", "ContentType": "application/pdf"}]
    item = {"Uuid": ["u"], "Headers": headers, "RawTextBody": FORM, "Attachments": files}
    return as_json({"items": [item]}, basic(key))


def mailjet(url, key=LOGIN):
    headers = {"From": ["Form <form@site.example>"], "Subject": ["A demo"], "Message-ID": ["<m1@example.net>"]}
    return as_json({"Headers": headers, "Text-part": FORM, "Parts": []}, basic(key))


def sparkpost(url, key=LOGIN):
    content = {"email_rfc822": base64.b64encode(MAIL).decode(), "email_rfc822_is_base64": True}
    return as_json([{"msys": {"relay_message": {"protocol": "smtp", "content": content}}}], basic(key))


def mailersend(url, key=KEY):
    body = json.dumps({"type": "inbound.message", "data": {"id": "i", "raw": MAIL.decode()}})
    signature = hmac.new(key.encode(), body.encode(), hashlib.sha256).hexdigest()
    return {"data": body, "content_type": "application/json", "headers": {"Signature": signature}}


def mandrill(url, key=KEY):
    events = json.dumps(
        [{"event": "inbound", "ts": 1, "msg": {"raw_msg": MAIL.decode(), "email": "leads@example.org"}}]
    )
    signed = hmac.new(key.encode(), f"{url}mandrill_events{events}".encode(), hashlib.sha1).digest()
    return as_form({"mandrill_events": events}, {"X-Mandrill-Signature": base64.b64encode(signed).decode()})


def postal(url, key=KEY):
    body = json.dumps(
        {"id": 1, "message": base64.b64encode(MAIL).decode(), "base64": True, "rcpt_to": "leads@example.org"}
    )
    signed = POSTAL.sign(body.encode() + (b"" if key == KEY else b"x"), padding.PKCS1v15(), hashes.SHA1())
    headers = {"X-Postal-Signature": base64.b64encode(signed).decode()}
    return {"data": body, "content_type": "application/json", "headers": headers}


def amazon_ses(url, key=LOGIN):
    message = {
        "notificationType": "Received",
        "content": base64.b64encode(MAIL).decode(),
        "receipt": {"action": {"type": "SNS", "encoding": "BASE64"}},
    }
    body = {"Type": "Notification", "MessageId": "n1", "Message": json.dumps(message)}
    return as_json(body, {"x-amz-sns-message-type": "Notification", "x-amz-sns-message-id": "n1", **basic(key)})


SENDS = [
    amazon_ses, brevo, mailersend, mailgun, mailgun_raw, mailjet, mandrill, postal, postmark, postmark_parsed, sendgrid,
    sendgrid_raw, sparkpost,
]  # fmt: skip


def connection(send):
    name = send.__name__.removesuffix("_raw").removesuffix("_parsed")
    pem = POSTAL.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = "".join(pem.decode().split("\n")[1:-2]) if name == "postal" else KEY
    return make.connection("inbound_mail", settings={"provider": name}, secrets={"login": LOGIN, "key": key})


def post(door, send, *, key=None):
    path = make.address(door)
    made = send(f"http://testserver{path}", *([key] if key else []))
    return Client().post(path, **made)


def handle():
    while inbound.handle_due(now=timezone.now() + timedelta(seconds=5)):
        pass
    live.route_ready(1)


def test_every_provider_has_its_payload_here():
    assert {send.__name__.removesuffix("_raw").removesuffix("_parsed") for send in SENDS} == set(PROVIDERS)


@pytest.mark.parametrize("send", SENDS)
def test_a_mail_from_a_provider_is_an_owned_lead_once(send, team):
    door = connection(send)

    answers = [post(door, send), post(door, send)]
    handle()

    assert [answer.status_code for answer in answers] == [200, 200], answers[0].content
    assert Lead.objects.get().owner == team
    details = LeadPrivate.objects.get()
    assert (details.name, details.email, details.company) == ("Ann Bauer", "ann@example.net", "Bauer Marine")
    assert details.answers["Budget"] == "10-20k"
    assert Inbound.objects.get().times == 2


@pytest.mark.parametrize("send", SENDS)
def test_a_forged_one_is_refused_and_kept_with_its_reason(send):
    door = connection(send)
    path = make.address(door)
    good = send(f"http://testserver{path}")
    bare = {**good, "headers": {n: v for n, v in good["headers"].items() if n.lower().startswith("x-amz")}}

    answers = [post(door, send, key="other:other"), *([Client().post(path, **bare)] if good["headers"] else [])]
    handle()

    assert {answer.status_code for answer in answers} == {401}
    assert answers[0]["WWW-Authenticate"].startswith("Basic")
    assert set(Inbound.objects.values_list("state", flat=True)) == {"refused"}
    assert not Lead.objects.exists()


@pytest.mark.parametrize("name", PROVIDERS)
def test_without_a_secret_of_its_own_nobody_is_let_in(name, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": LOGIN, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY, "POSTAL_WEBHOOK_KEY": KEY}
    door = make.connection("inbound_mail", settings={"provider": name})
    send = next(send for send in SENDS if send.__name__ == name)

    assert post(door, send).status_code == 401


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "<html>", '{"items": 3}', '{"FromFull": 1, "Headers": 2}'])
@pytest.mark.parametrize("name", ["postmark", "brevo", "sparkpost", "mailjet", "sendgrid", "amazon_ses"])
def test_what_is_no_mail_is_refused_and_never_an_error(name, body):
    door = make.connection("inbound_mail", settings={"provider": name}, secrets={"login": LOGIN})

    answer = Client().post(make.address(door), body, content_type="application/json", headers=basic())

    assert answer.status_code in {200, 400, 401}
    handle()
    assert not Lead.objects.exists()
    assert not Inbound.objects.filter(state="set_aside").exists()


def test_a_mail_of_twenty_megabytes_is_taken(team):
    parsed = json.loads(postmark_parsed("")["data"])
    parsed["Attachments"] = [{"Name": "plan.pdf", "Content": "A" * (20 << 20), "ContentType": "application/pdf"}]
    door = connection(postmark)

    answer = Client().post(make.address(door), **as_json(parsed, basic()))
    handle()

    assert answer.status_code == 200
    assert LeadPrivate.objects.get().answers["attachments"] == "plan.pdf"


def test_amazons_wish_to_be_confirmed_is_shown():
    door = connection(amazon_ses)
    body = {"Type": "SubscriptionConfirmation", "MessageId": "n2", "SubscribeURL": "https://sns.example/confirm?x=1"}
    headers = {"x-amz-sns-message-type": body["Type"], "x-amz-sns-message-id": "n2", **basic()}

    Client().post(make.address(door), **as_json(body, headers))
    handle()

    assert "https://sns.example/confirm?x=1" in Intake.objects.get().error
