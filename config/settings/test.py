"""Settings of the tests: cheap passwords, mail kept in memory, everything else as it runs."""

from .base import *  # noqa: F403 - the one place where settings pass on whole

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
AXES_ENABLED = False
RATES = dict.fromkeys(RATES, "")  # noqa: F405 - from base; tests of rates set their own
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405 - from base
INBOUND_LEASE_SECONDS = 3
# Files are looked for when asked: else every client of a test reads all of them first.
WHITENOISE_AUTOREFRESH = True
# Pages of the gallery that are no page of the product.
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates", BASE_DIR / "tests" / "face" / "templates"]  # noqa: F405 - from base
