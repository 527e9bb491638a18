"""What all installations share; dev, test and prod add what differs."""

from typing import Any

import pghistory
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from config import env

BASE_DIR = env.BASE_DIR
DATA_DIR = env.DATA_DIR
SECRET_KEY = env.secret_key()
DEBUG = False
ALLOWED_HOSTS = env.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = env.TRUSTED_ORIGINS
PUBLIC_URL = env.PUBLIC_URL
TRUSTED_PROXIES = env.TRUSTED_PROXIES
RATES = env.rates()
ALLOWED_PRIVATE_HOSTS = env.ALLOWED_PRIVATE_HOSTS

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "pgtrigger",
    "pghistory",
    "reps",
    "leads",
    "routing",
    "reporting",
]

MIDDLEWARE = [
    "config.busy.BusyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.policy.PolicyMiddleware",
    "routing.web.pulse.PulseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reps.web.zone.TimeZoneMiddleware",
    "reps.web.presence.PresenceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reps.web.gate.GateMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reps.web.nav.nav",
                "reps.web.brand.shell",
                "leads.web.shell.counts",
                "routing.web.pulse.shell",
            ],
        },
    },
]

# No ATOMIC_REQUESTS: the turn lock must be the first statement of its own outermost transaction.
DATABASES: dict[str, dict[str, Any]] = {
    "default": {**env.database(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
}
if env.PROCESS == "web":
    # A pool per web process: threads + 2; who waits over 3 s is answered 503 with Retry-After (config.busy).
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **DATABASES["default"].get("OPTIONS", {}),
            "pool": {"min_size": 2, "max_size": env.WEB_THREADS + 2, "timeout": 3},
        },
    }

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.redis_url(),
        "KEY_PREFIX": "fairlead",
        "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 0.25},
    },
}

# Celery is a doorbell: the truth is in PostgreSQL, so a message may be lost or doubled.
CELERY_BROKER_URL = env.broker_url()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "slow"
CELERY_TASK_ROUTES = {
    "routing.tasks.route": {"queue": "route"},
    "leads.tasks.handle_inbound": {"queue": "route"},
    "leads.tasks.deliver": {"queue": "deliver"},
    "leads.tasks.send_hooks": {"queue": "deliver"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A ring gives up after 250 ms; the sweeper covers what it missed.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.25,
    "socket_timeout": 5,
    "visibility_timeout": 600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
CELERY_BEAT_SCHEDULE = {
    "heartbeat-beat": {"task": "routing.tasks.beat_alive", "schedule": 15.0},
    "simulations": {"task": "routing.tasks.watch_simulations", "schedule": 5.0},
    "imports": {"task": "routing.tasks.watch_imports", "schedule": 5.0},
    "hand-rules": {"task": "routing.tasks.find_hand_rules", "schedule": 900.0},
    "forget-imports": {"task": "routing.tasks.forget_imports", "schedule": 3600.0},
    "forget-simulations": {"task": "routing.tasks.forget_simulations", "schedule": 3600.0},
    "mailboxes": {"task": "leads.tasks.poll_mailboxes", "schedule": 30.0},
    "calendars": {"task": "reps.tasks.read_calendars", "schedule": 60.0},
    "mornings": {"task": "leads.tasks.tell_mornings", "schedule": 60.0},
    "audit": {"task": "routing.tasks.ask_audit", "schedule": 600.0},
    "spells": {"task": "reporting.tasks.keep_spells", "schedule": 2.0},
    "alerts": {"task": "reporting.tasks.watch_alerts", "schedule": 3600.0},
    "weights": {"task": "reporting.tasks.watch_weights", "schedule": 3600.0},
    "reports-by-mail": {"task": "reporting.tasks.mail_reports", "schedule": 300.0},
    "recount": {"task": "reporting.tasks.recount", "schedule": 600.0},
    "forget-expired": {"task": "leads.tasks.forget_expired", "schedule": 3600.0},
}

AUTH_USER_MODEL = "reps.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "reps.web.backend.WithRep"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
# A stranger who guesses must not lock the owner out: the lock holds for the pair.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
# The same address as everywhere else: a header that the caller wrote is not believed.
AXES_CLIENT_IP_CALLABLE = "config.lib.address.caller_of_sign_in"
# Kept neither as they were typed: a wrong code is often a right one, a little late.
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "password"]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# django-allauth: its stages, second factor and list of sessions; names, rates and mails are ours.
REQUIRE_SECOND_FACTOR = env.REQUIRE_SECOND_FACTOR
MANAGERS_INVITE = env.MANAGERS_INVITE
OIDC: dict[str, Any] = env.OIDC
ACCOUNT_ADAPTER = "reps.web.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # counted by axes and config.lib.rates, which go on without the cache
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "reps.web.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Fairlead"
MFA_TOTP_TOLERANCE = 1
ACCOUNT_FORMS = {"reauthenticate": "reps.web.code_forms.AgainPasswordForm"}
MFA_FORMS = {
    "authenticate": "reps.web.code_forms.SignInCodeForm",
    "reauthenticate": "reps.web.code_forms.AgainCodeForm",
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
SESSION_ENGINE = "django.contrib.sessions.backends.db"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DIVISION_TIME_ZONE = env.TIME_ZONE

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

globals().update(env.email())
DEFAULT_FROM_EMAIL = env.EMAIL_FROM
EMAIL_TIMEOUT = 10

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
# The dressed admin runs Alpine, which needs eval and inline styles: its own policy, under its path only.
ADMIN_CONTENT_SECURITY_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["config.lib.uploads.NoFiles"]  # imports take files, and say so themselves
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000  # the admin sends some 17 fields a rule, and a rule set may have 2,000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "leads.web.keys.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["leads.web.rated.ByCaller"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["leads.web.problems.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "leads.web.problems.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
UNFOLD = {
    "SITE_TITLE": "Fairlead",
    "SITE_HEADER": "Fairlead",
    "SITE_SUBHEADER": _("Rules, roster and records"),
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/favicon.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {
        # The indigo of the pages.
        "primary": {
            "50": "#eef1fd",
            "100": "#dfe5fb",
            "200": "#c3cdf7",
            "300": "#9eaef1",
            "400": "#7488e8",
            "500": "#4f67de",
            "600": "#3b53cf",
            "700": "#2f43ae",
            "800": "#2a3a8d",
            "900": "#27356f",
            "950": "#1a2247",
        },
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "config.lib.log_lines.OneLine", "format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # At INFO it would write whole addresses, with the people asked about in them.
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
    },
}

PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

# How the processes behave, each with the page that explains it.
ROUTING_BATCH = 200
ROUTING_TRIES = 5
SWEEP_SECONDS = 1.0
WAITERS_PER_PROCESS = 2
ENRICHMENT_DAYS = 30  # how long a provider is not asked the same again; how long all else is kept stands under Settings
# How long one delivery may be read before another process takes it up: the vendor is asked for 15 s at most.
INBOUND_LEASE_SECONDS = 30
UPLOADS_DIR = DATA_DIR / "uploads"  # imported files; private, never served
UPLOAD_MOST_BYTES = 100 * 1024 * 1024
