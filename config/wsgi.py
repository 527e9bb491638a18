"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from config.celery import app as celery_app  # binds shared_task to our broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

application = get_wsgi_application()

__all__ = ["application", "celery_app"]
