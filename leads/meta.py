"""How Meta makes itself known, the same for all it sends: a handshake with a word agreed on, and its signature."""

from config.lib import signing
from config.lib.signing import NotSignedError
from leads.connector import Answer, Came, Configured

_PLAIN = "text/plain; charset=utf-8"
_LONGEST_CHALLENGE = 200


def greet(came: Came, configured: Configured) -> Answer | None:
    """The handshake when a web hook is made: the challenge back, if the verify token is ours; None for the rest."""
    if came.method != "GET":
        return None
    try:
        signing.check_key(came.query.get("hub.verify_token"), configured.secrets.get("verify_token", ()))
    except NotSignedError:
        return Answer("The verify token is another one.", _PLAIN, 403)
    return Answer(came.query.get("hub.challenge", "")[:_LONGEST_CHALLENGE], _PLAIN)


def verify(came: Came, configured: Configured) -> None:
    """HMAC-SHA256 of the raw body by the app's secret. Raises NotSignedError."""
    signing.check_sha256(came.header("x-hub-signature-256"), came.body, configured.secrets.get("app_secret", ()))
