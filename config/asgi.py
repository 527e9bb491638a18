"""The door for an ASGI server, for those who prefer one; the pages themselves are synchronous."""

import os

from django.core.asgi import get_asgi_application

from config.celery import app as celery_app  # binds shared_task to our broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

application = get_asgi_application()

__all__ = ["application", "celery_app"]
