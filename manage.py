#!/usr/bin/env python3
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs the setting above

    from config.celery import app  # noqa: F401, PLC0415 - binds shared_task to our broker

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
