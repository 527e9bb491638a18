"""Signs a payload as each vendor's page says, written anew and apart from what checks it."""

import base64
import hashlib
import hmac
import time


def _sha256(key, message, *, as_text="hex"):
    made = hmac.new(key, message, hashlib.sha256)
    return made.hexdigest() if as_text == "hex" else base64.b64encode(made.digest()).decode()


def meta(body, secrets, url):
    return {"X-Hub-Signature-256": "sha256=" + _sha256(secrets["app_secret"].encode(), body)}


def linkedin(body, secrets, url):
    return {"X-LI-Signature": _sha256(secrets["client_secret"].encode(), b"hmacsha256=" + body)}


def savvycal(body, secrets, url):
    return {"X-SavvyCal-Signature": "sha256=" + _sha256(secrets["secret"].encode(), body).upper()}


def calendly(body, secrets, url):
    at = str(int(time.time()))
    signature = _sha256(secrets["signing_key"].encode(), at.encode() + b"." + body)
    return {"Calendly-Webhook-Signature": f"t={at},v1={signature}"}


def slack(body, secrets, url):
    at = str(int(time.time()))
    signature = _sha256(secrets["signing_secret"].encode(), b"v0:" + at.encode() + b":" + body)
    return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={signature}"}


def hubspot(body, secrets, url):
    at = str(int(time.time() * 1000))
    message = b"POST" + url.encode() + body + at.encode()
    signature = _sha256(secrets["client_secret"].encode(), message, as_text="base64")
    return {"X-HubSpot-Request-Timestamp": at, "X-HubSpot-Signature-v3": signature}


def close(body, secrets, url):
    at = str(int(time.time()))
    signature = _sha256(bytes.fromhex(secrets["signature_key"]), at.encode() + body)
    return {"Close-Sig-Timestamp": at, "Close-Sig-Hash": signature}


def key(body, secrets, url):
    return {"X-Fairlead-Key": secrets["key"]} if "key" in secrets else {}


def login(body, secrets, url):
    return {"Authorization": "Basic " + base64.b64encode(secrets["login"].encode()).decode()}


SIGNERS = {
    "calendly": calendly,
    "chat": lambda body, secrets, url: meta(body, secrets, url) if "app_secret" in secrets else key(body, secrets, url),
    "close": close,
    "hubspot": hubspot,
    "inbound_mail": login,
    "linkedin": linkedin,
    "meta_lead_ads": meta,
    "phone": key,
    "savvycal": savvycal,
    "slack": slack,
    "zapier": key,
}
# These prove who sent them by something inside the body, or the header of the example.
IN_THE_BODY = {"drift", "google_ads", "salesforce_outbound", "salesforce_web"}
