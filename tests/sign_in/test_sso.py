"""Single sign-on against a provider that really answers: who it proves gets in, and nothing else does."""

import json
import re
import time
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from hashlib import sha256
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail

from config.lib import breaker
from reps.models import User
from tests import factories as make
from tests.outside import server

from .conftest import RIGHT, Phone, browser, enter, is_in, mails

pytestmark = pytest.mark.django_db
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BACK = "http://testserver/login/sso/back/"


class Provider:
    """Signs in whoever comes, as `claims` say; what it does wrong is set by the test."""

    def __init__(self):
        self.url, self.claims, self.grants, self.asked = "", {}, {}, []
        self.sign = lambda claims: jwt.encode(claims, KEY, "RS256", headers={"kid": "1"})
        self.says = {}

    def handle(self, request):
        path = urlsplit(request.path).path
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            said = {name: f"{self.url}/{end}" for name, end in ends.items()}
            request.say(200, {"issuer": self.url, **said, **self.says})
        elif path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            request.say(200, {"keys": [{**public, "kid": "1", "alg": "RS256", "use": "sig"}]})
        else:
            self._token(request)

    def _token(self, request):
        form = dict(parse_qsl(request.sent.decode()))
        self.asked.append((form, dict(request.headers)))
        grant = self.grants.pop(form["code"], None)
        proof = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if grant is None or grant["code_challenge"] != proof or grant["redirect_uri"] != form["redirect_uri"]:
            return request.say(400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {"iss": self.url, "aud": "fairlead", "sub": "7", "iat": now, "exp": now + 300, "nonce": grant["nonce"]}
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value != "gone"}
        return request.say(200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)})

    def consent(self, answer):
        """What the person does there: agree, and come back by this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
        self.grants["code-1"] = asked
        return f"/login/sso/back/?code=code-1&state={asked['state']}"


@contextmanager
def running():
    provider = Provider()
    with server(provider.handle) as url:
        provider.url = url
        yield provider


@pytest.fixture
def provider(settings, ana):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.PUBLIC_URL = "http://testserver"
    with running() as made:
        settings.OIDC = {
            "issuer": made.url, "client_id": "fairlead", "client_secret": "s3cret:/?", "name": "Harborline ID",
            "only": False, "domains": [], "trust_email": False,
        }  # fmt: skip
        made.claims = {"email": ana.email.upper(), "email_verified": True, "name": "Ana"}
        breaker.succeeded("127.0.0.1")
        yield made


def come(provider, client=None, path="/login/sso/"):
    client = client or browser()
    answer = client.get(provider.consent(client.get(path)))
    return client, answer


def test_somebody_known_gets_in_by_a_verified_address_to_where_they_wanted(provider):
    client, answer = come(provider, path="/login/sso/?next=/my-turn/")

    assert answer.headers["Location"] == "/my-turn/"
    assert is_in(client)
    form, headers = provider.asked[0]
    assert form["redirect_uri"] == BACK
    assert "s3cret" not in str(form)
    assert headers["Authorization"].startswith("Basic ")


def test_what_is_sent_off_has_state_nonce_and_challenge_new_each_time(provider):
    sent = [parse_qs(urlsplit(browser().get("/login/sso/").headers["Location"]).query) for _ in range(2)]

    for name in ("state", "nonce", "code_challenge"):
        assert sent[0][name] != sent[1][name]
    assert sent[0]["code_challenge_method"] == ["S256"]


def unsigned(claims):
    return jwt.encode(claims, None, "none")


def by_another_key(claims):
    return jwt.encode(claims, OTHER, "RS256", headers={"kid": "1"})


def by_an_unknown_key(claims):
    return jwt.encode(claims, KEY, "RS256", headers={"kid": "2"})


def by_our_secret(claims):
    return jwt.encode(claims, "s3cret:/?" * 8, "HS256", headers={"kid": "1"})


def no_token(claims):
    return "not.a.token"


@pytest.mark.parametrize("sign", [unsigned, by_another_key, by_an_unknown_key, by_our_secret, no_token])
def test_a_token_that_proves_nothing_is_refused(provider, sign):
    provider.sign = sign

    client, answer = come(provider)

    assert (answer.status_code, is_in(client)) == (403, False)


CLAIMS = [
    {"nonce": "another"}, {"nonce": "gone"}, {"iss": "https://evil.example"}, {"iss": "gone"}, {"aud": "somebody"},
    {"aud": ["fairlead", "somebody"]}, {"aud": "gone"}, {"exp": 1_700_000_000}, {"exp": "gone"}, {"iat": 4_000_000_000},
    {"sub": "gone"}, {"email_verified": False}, {"email_verified": "gone"}, {"email_verified": "true"},
    {"email": "gone"}, {"email": ["x"]}, {"email": "nobody@example.org"},
]  # fmt: skip


@pytest.mark.parametrize("claims", CLAIMS, ids=str)
def test_claims_that_do_not_hold_are_refused(provider, claims):
    provider.claims |= claims
    users = User.objects.count()

    client, answer = come(provider)

    assert (answer.status_code, is_in(client), User.objects.count()) == (403, False, users)


@pytest.mark.parametrize("state", ["", "another", "%00", "\u00e9"])
def test_another_state_is_refused(provider, state):
    client = browser()
    provider.consent(client.get("/login/sso/"))

    assert client.get("/login/sso/back/", {"code": "code-1", "state": state}).status_code == 403
    assert not is_in(client)


def test_a_return_serves_once_and_only_the_browser_that_left(provider):
    client, stranger = browser(), browser()
    back = provider.consent(client.get("/login/sso/"))

    assert stranger.get(back).status_code == 403
    assert client.get(back).status_code == 302
    assert browser().get(back).status_code == 403
    assert not is_in(stranger)


@pytest.mark.parametrize(
    "says", [{"issuer": "https://evil.example"}, {"token_endpoint": ""}, {"jwks_uri": "http://10.0.0.1/"}]
)
def test_a_provider_that_says_otherwise_lets_nobody_in(provider, says):
    client = browser()
    back = provider.consent(client.get("/login/sso/"))
    provider.says = says

    assert client.get(back).status_code == 403


def test_who_was_switched_off_is_refused(provider, ana):
    ana.is_active = False
    ana.save()

    client, answer = come(provider)

    assert (answer.status_code, is_in(client)) == (403, False)


def test_a_second_factor_is_asked_here_too(provider, ana):
    Phone(ana)

    client, answer = come(provider)

    assert answer.headers["Location"] == "/login/code/"
    assert not is_in(client)


def test_strangers_of_a_domain_that_may_come_have_no_role(provider, settings):
    settings.OIDC = {**settings.OIDC, "domains": ["harborline.example"]}
    provider.claims |= {"email": "new@harborline.example", "name": "Nia"}

    client, _answer = come(provider)

    made = User.objects.get(email="new@harborline.example")
    assert (made.name, made.is_ops, made.has_usable_password(), is_in(client)) == ("Nia", False, False, True)
    provider.claims |= {"email": "new@evil.harborline.example"}
    assert come(provider)[1].status_code == 403


def test_an_address_without_a_word_of_its_proof_counts_where_the_house_says_so(provider, settings):
    settings.OIDC = {**settings.OIDC, "trust_email": True}
    provider.claims |= {"email_verified": "gone"}
    assert is_in(come(provider)[0])

    provider.claims |= {"email_verified": False}
    assert come(provider)[1].status_code == 403


def test_alone_it_hides_the_password_from_all_but_admins(provider, settings, ana):
    settings.OIDC = {**settings.OIDC, "only": True}
    boss = make.user("Boss", is_superuser=True)
    page = browser().get("/login/").content.decode()
    assert 'type="password"' not in page
    assert "Harborline ID" in page
    assert 'type="password"' in browser().get("/login/?password=1").content.decode()

    for user, inside in ((ana, False), (boss, True)):
        client = browser()
        enter(client, user, RIGHT)
        assert is_in(client) is inside
    mail.outbox.clear()
    for user in (ana, boss):
        browser().post("/password/reset/", {"email": user.email})
    assert [message.to for message in mails()] == [[boss.email]]


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_it_leads_nowhere_else(provider, next_):
    client = browser()
    answer = client.get(provider.consent(client.get("/login/sso/", {"next": next_})))

    assert answer.headers["Location"] == "/"


def test_without_a_provider_there_is_nothing(db):
    assert [browser().get(path).status_code for path in ("/login/sso/", "/login/sso/back/")] == [404, 404]
    assert "sso" not in browser().get("/login/").content.decode()


def test_who_is_invited_where_it_stands_alone_sets_no_password(provider, settings):
    settings.OIDC = {**settings.OIDC, "only": True}
    admin = browser()
    admin.force_login(make.user("Ada", is_superuser=True))
    admin.post("/invitations/", {"email": "nia@example.org", "is_referrer": "on"})
    link = re.search(r"(/invitation/\S+)", mail.outbox[-1].body)[1]
    client = browser()
    assert 'type="password"' not in client.get(link).content.decode()

    assert client.post(link, {"name": "Nia"}).headers["Location"] == "/login/sso/"
    assert not is_in(client)
    assert not User.objects.get(email="nia@example.org").has_usable_password()
    provider.claims |= {"email": "nia@example.org"}
    assert is_in(come(provider, client)[0])
