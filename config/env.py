"""The only reader of the process environment: every setting that may come from outside, with its default."""

from pathlib import Path
from typing import Any

import environ
from django.core.management.utils import get_random_secret_key

from config.run import folder

BASE_DIR = Path(__file__).resolve().parent.parent

_env = environ.Env()

PORT: int = _env.int("PORT", default=8000)
DATA_DIR: Path = Path(_env.str("DATA_DIR", default=str(BASE_DIR / ".data"))).resolve()
# Real servers in place of the embedded ones; empty where none were given.
DATABASE_URL: str = _env.str("DATABASE_URL", default="")
REDIS_URL: str = _env.str("REDIS_URL", default="")
SECRET_KEY: str = _env.str("SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = _env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
TRUSTED_ORIGINS: list[str] = _env.list("TRUSTED_ORIGINS", default=[])
# How many proxies of yours stand before the web processes: so many entries of X-Forwarded-For are believed.
TRUSTED_PROXIES: int = _env.int("TRUSTED_PROXIES", default=0)
PUBLIC_URL: str = _env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}")
TIME_ZONE: str = _env.str("FAIRLEAD_TIME_ZONE", default="UTC")
PROCESS: str = _env.str("FAIRLEAD_PROCESS", default="")
WEB_THREADS: int = _env.int("WEB_THREADS", default=8)
EMAIL_URL: str = _env.str("EMAIL_URL", default="")
EMAIL_FROM: str = _env.str("EMAIL_FROM", default="Fairlead <fairlead@localhost>")
# Hosts of one's own network that may be called (an inner CRM); everything else inside is refused.
ALLOWED_PRIVATE_HOSTS: list[str] = _env.list("ALLOWED_PRIVATE_HOSTS", default=[])
# Whose sign-in asks for a code beside the password, whether they like it or not: nobody, admins (and ops), everybody.
REQUIRE_SECOND_FACTOR: str = _env.str("REQUIRE_SECOND_FACTOR", default="nobody")
if REQUIRE_SECOND_FACTOR not in {"nobody", "admins", "everybody"}:
    raise ValueError(f"REQUIRE_SECOND_FACTOR is {REQUIRE_SECOND_FACTOR!r}; it may be nobody, admins or everybody")
# Whether managers may invite reps into their groups; ops and admins may always.
MANAGERS_INVITE: bool = _env.bool("MANAGERS_INVITE", default=False)
# Single sign-on by OpenID Connect: one provider.
OIDC: dict[str, Any] = {
    "issuer": _env.str("OIDC_ISSUER", default=""),
    "client_id": _env.str("OIDC_CLIENT_ID", default=""),
    "client_secret": _env.str("OIDC_CLIENT_SECRET", default=""),
    "name": _env.str("OIDC_NAME", default="single sign-on"),
    "only": _env.bool("OIDC_ONLY", default=False),
    "domains": [domain.lower() for domain in _env.list("OIDC_DOMAINS", default=[])],
    "trust_email": _env.bool("OIDC_TRUST_EMAIL", default=False),
}
LOG_LEVEL: str = _env.str("LOG_LEVEL", default="INFO")


def database() -> dict[str, object]:
    """The Django database entry: of DATABASE_URL, else of the data folder's own server, running or not."""
    return dict(_env.db_url_config(DATABASE_URL or folder.database_url(DATA_DIR)))


def redis_url() -> str:
    """REDIS_URL, else the data folder's own server, running or not."""
    return REDIS_URL or folder.redis_url(DATA_DIR)


def broker_url() -> str:
    """The same as kombu spells it: a socket is redis+socket://, its numbered database a virtual host."""
    url = redis_url()
    if not url.startswith("unix://"):
        return url
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


def email() -> dict[str, object]:
    """Django's mail settings of EMAIL_URL (smtp://user:pass@host, smtp+ssl://...), else files in the data folder."""
    if not EMAIL_URL:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(DATA_DIR / "mail"),
        }
    return dict(_env.email_url("EMAIL_URL"))


def secret_key() -> str:
    """SECRET_KEY, or one made once and kept in the data folder, readable by its owner only."""
    if SECRET_KEY:
        return SECRET_KEY

    path = DATA_DIR / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        DATA_DIR.mkdir(parents=True, exist_ok=True)
    key = get_random_secret_key()
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(key)
    except FileExistsError:
        return path.read_text().strip()
    return key


# How often, by whom: "20/s 1200/min" is at most so many in a second and in a minute; "none" sets no limit.
_RATES = {
    "api_writes": "50/s 1200/min",  # requests that write, of one key
    "api_leads": "10000/min",  # leads sent by one key, those of bulk counted row by row
    "api_reads": "1200/min",  # requests that read, of one key
    "api_people": "600/min",  # requests of a person who is signed in
    "wrong_keys": "30/min",  # of one network address
    "inbound": "1200/min",  # deliveries of one connection
    "inbound_refused": "60/min",  # what is not let in, of one network address
    "claims": "30/min",  # tries to pull or claim, of one rep
    "exports": "10/h",  # files taken out by one person
    "questions": "10/h",  # questions to managers and comments on rules, of one person
    "wrong_sign_ins": "20/min 60/h",  # wrong passwords and codes from one network address, whomever they are for
    "wrong_codes": "20/h",  # wrong codes for one person, from wherever
    "resets": "20/h",  # links to set a password that one network address asks for
    "resets_of_one": "5/h",  # links sent to one person
}


def rates() -> dict[str, str]:
    """RATE_API_WRITES and its like, else as above."""
    told = {name: _env.str(f"RATE_{name.upper()}", default=usual) for name, usual in _RATES.items()}
    return {name: "" if text == "none" else text for name, text in told.items()}
