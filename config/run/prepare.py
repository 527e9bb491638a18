"""What must be done before the apps may start, in one process, as loading Django takes longer than the work."""

import os
import sys


def main(*, demo: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    import django  # noqa: PLC0415 - needs the setting above
    from django.core.management import call_command  # noqa: PLC0415 - as above

    from config.celery import app  # noqa: F401, PLC0415 - binds shared tasks to our broker, as manage.py does

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if demo:
        call_command("demo")  # brings an admin of its own
    call_command("create_first_admin")


if __name__ == "__main__":
    main(demo="--demo" in sys.argv[1:])
