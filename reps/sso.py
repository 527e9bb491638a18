"""Single sign-on by OpenID Connect: where to send somebody, and who came back; what is not proven is refused."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode

import jwt
from django.conf import settings

from config.lib import http
from reps.models import User

# What signs by a public key; none and shared secrets are not among them.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SECONDS = 5.0
_LEEWAY = 60
_PROVEN = ["exp", "iat", "aud", "iss", "sub", "nonce"]


class SsoError(Exception):
    """They are not let in; says why, for the log, with nothing of the person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What their session keeps until they come back."""

    state: str
    nonce: str
    verifier: str

    def kept(self) -> dict[str, str]:
        """For the session."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Person:
    """Who came back, by an address their provider has verified."""

    email: str
    name: str


def _house() -> Mapping[str, Any]:
    """What the environment says of the provider."""
    return cast("Mapping[str, Any]", settings.OIDC)


def is_on() -> bool:
    """Whether the environment names a provider."""
    return bool(_house()["issuer"] and _house()["client_id"])


def is_only() -> bool:
    """Whether passwords are for admins alone."""
    return is_on() and bool(_house()["only"])


def begin(*, back: str) -> tuple[str, Asked]:
    """The provider's address to send them to, and what to remember. Raises SsoError."""
    asked = Asked(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": _house()["client_id"],
        "redirect_uri": back,
        "scope": "openid email profile",
        "state": asked.state,
        "nonce": asked.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = _text(_provider(), "authorization_endpoint")
    try:
        http.check_url(address)
    except http.RefusedError as error:
        raise SsoError("the provider's page of sign-in is not on the open internet") from error
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", asked


def finish(*, code: str, state: str, asked: Asked, back: str) -> Person:
    """Who came back with this code. Raises SsoError."""
    if not hmac.compare_digest(state.encode(), asked.state.encode()):
        raise SsoError("another state than was sent")
    provider = _provider()
    claims = _claims(_exchanged(provider, code, asked, back), provider)
    if not hmac.compare_digest(str(claims["nonce"]).encode(), asked.nonce.encode()):
        raise SsoError("another nonce than was sent")
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or "@" not in email:
        raise SsoError("no address")
    if verified is not True and not (verified is None and _house()["trust_email"]):
        raise SsoError("an address that is not verified")
    return Person(email.lower(), str(claims.get("name") or "")[:150])


def user_of(person: Person) -> User:
    """The active user with that address; a new one without a role where the domain may come. Raises SsoError."""
    found = User.objects.filter(email=person.email).first()
    if found is not None:
        if not found.is_active:
            raise SsoError("switched off")
        return found
    if person.email.rpartition("@")[2] not in _house()["domains"]:
        raise SsoError("nobody here")
    return User.objects.create_user(person.email, None, name=person.name or person.email)


def _provider() -> dict[str, Any]:
    """What the provider says of itself; it must be who we asked."""
    issuer = _house()["issuer"]
    found = _asked("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise SsoError("the provider calls itself otherwise than OIDC_ISSUER")
    return found


def _exchanged(provider: dict[str, Any], code: str, asked: Asked, back: str) -> str:
    """The id token for the code, by our secret and the verifier."""
    known, secret = _house()["client_id"], _house()["client_secret"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": asked.verifier}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if "client_secret_post" in (provider.get("token_endpoint_auth_methods_supported") or ()):
        form |= {"client_id": known, "client_secret": secret}
    else:
        pair = f"{quote(known, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    answer = _asked("POST", _text(provider, "token_endpoint"), headers=headers, body=urlencode(form).encode())
    return _text(answer, "id_token")


def _claims(token: str, provider: dict[str, Any]) -> dict[str, Any]:
    """What the token proves: signed by a key of the provider, for us, of now."""
    try:
        head = jwt.get_unverified_header(token)
        algorithm = head.get("alg")
        if algorithm not in _ALGORITHMS:
            raise SsoError("a signature that proves nothing")
        key = _key(provider, head.get("kid"), algorithm)
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=_house()["client_id"],
            issuer=_house()["issuer"],
            leeway=_LEEWAY,
            options={"require": _PROVEN},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise SsoError(f"a token that does not hold: {type(error).__name__}") from error
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != _house()["client_id"]:
        raise SsoError("a token for somebody else")
    return claims


def _key(provider: dict[str, Any], kid: object, algorithm: str) -> jwt.PyJWK:
    keys = _asked("GET", _text(provider, "jwks_uri")).get("keys")
    rows = [row for row in keys if isinstance(row, dict)] if isinstance(keys, list) else []
    fitting = [row for row in rows if row.get("kid") == kid and row.get("use", "sig") == "sig"]
    if len(fitting) != 1:
        raise SsoError("a key the provider does not know")
    return jwt.PyJWK(fitting[0], algorithm)


def _asked(
    method: str, url: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
) -> dict[str, Any]:
    """An object of the provider. Raises SsoError."""
    try:
        answer = http.request(method, url, headers=headers, body=body, timeout=_SECONDS)
        said = answer.json if answer.ok else None
    except (http.RefusedError, http.FailedError) as error:
        raise SsoError(f"the provider does not answer: {type(error).__name__}") from error
    if not isinstance(said, dict):
        raise SsoError("the provider refuses, or says nothing that can be read")
    return said


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise SsoError(f"the provider does not say {name}")
    return value
