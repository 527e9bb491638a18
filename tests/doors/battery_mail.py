"""A process that looks into a mailbox is killed hard between keeping a mail and marking it: each mail is one lead.

`run()` is the long form, for `make battery-doors`. By hand:
`python -m config.run.beside python -m tests.doors.battery_mail 100`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]
# One after the other: an ordinary mail, the same Message-ID twice, none at all and the mail twice.
KINDS = ("plain", "same id twice", "no id, twice")


class Pollers:
    """A process that starts a fresh process for each look, so that any of them can be killed."""

    def __init__(self, server):
        from django.conf import settings

        env = {**os.environ, "SSL_CERT_FILE": str(server.certificate), "ALLOWED_PRIVATE_HOSTS": "localhost"}
        if url := env.get("DATABASE_URL"):
            env["DATABASE_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{settings.DATABASES['default']['NAME']}"))
        env["SECRET_KEY"] = settings.SECRET_KEY
        command = [sys.executable, "-m", "tests.doors.battery_mail", "poller"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, text=True, bufsize=1, **pipes)
        self.child = 0

    def poll(self, connection, minutes):
        """One look; returns how it ended: an exit code, or minus the signal that killed it."""
        self.process.stdin.write(f"{json.dumps([connection, minutes])}\n")
        self.child = int(self.process.stdout.readline())
        return int(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


def poller():
    """Reads what to look into, line by line; says the child's number, then how it ended."""
    import django

    import config.celery  # noqa: F401 - rings find their broker

    django.setup()
    from django.utils import timezone

    from leads import mailboxes

    for line in sys.stdin:
        connection, minutes = json.loads(line)
        child = os.fork()
        if not child:
            mailboxes.poll(connection=connection, clock=lambda: timezone.now() + timedelta(minutes=minutes))  # noqa: B023
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _pid, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def mail(n, kind):
    known = "" if kind.startswith("no id") else f"Message-ID: <battery-{n}@mail.example>\r\n"
    return (
        f"From: Person {n} <p{n}@c{n}.example.net>\r\nTo: leads@example.org\r\nSubject: Offer {n}\r\n{known}"
        f"Date: Sun, 22 Nov 2026 09:00:00 +0000\r\n\r\nPlease call me about offer {n}.\r\n"
    ).encode()


def run(times=100):
    """Kill at each of `times` mails; returns figures, raises AssertionError where a mail is not one lead."""
    from django.utils import timezone

    from leads import inbound
    from leads.models import Inbound, Lead
    from routing import live
    from tests import factories as make
    from tests.mail.imap_server import PASSWORD, USER, Server

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        settings = {"host": "localhost", "port": server.port, "user": USER, "folder": "INBOX"}
        connection = make.connection("mailbox", settings=settings, secrets={"password": PASSWORD})
        before = Lead.objects.count()
        pollers = Pollers(server)
        kills = {"before it was kept": 0, "between keeping and marking": 0}
        at = [""]

        def kill(command):
            """The process has kept the mail, or asks for it; it never hears the answer."""
            if at[0] and command.startswith(at[0]):
                at[0] = ""
                os.kill(pollers.child, signal.SIGKILL)
                raise OSError

        server.before = kill
        minutes = 0
        try:
            for n in range(times):
                kind = KINDS[n % len(KINDS)]
                for _copy in range(1 if kind == "plain" else 2):
                    server.put(mail(n, kind))
                early = n % 5 == 4
                at[0] = "UID FETCH" if early else "UID STORE"
                minutes += 10
                ended = pollers.poll(connection.pk, minutes)
                assert ended == -signal.SIGKILL, f"mail {n}: the process was not killed but ended with {ended}"
                kept = Inbound.objects.filter(connection=connection).count()
                assert kept == (n if early else n + 1), f"mail {n}: {kept} are kept"
                assert len(server.seen()) < len(server.folders["INBOX"]), f"mail {n}: marked before it was killed"
                kills["before it was kept" if early else "between keeping and marking"] += 1
                minutes += 10
                assert pollers.poll(connection.pk, minutes) == 0
                assert len(server.seen()) == len(server.folders["INBOX"]), f"mail {n}: not marked by the next look"
        finally:
            pollers.stop()
            server.stop()
        while inbound.handle_due(now=timezone.now() + timedelta(minutes=minutes + 10)):
            pass
        live.route_ready(1)
        leads = Lead.objects.count() - before
        assert leads == times, f"{times} mails are {leads} leads"
        return {
            "mails": len(server.folders["INBOX"]),
            "kinds": len(KINDS),
            "kills": sum(kills.values()),
            **{f"killed {where}": count for where, count in kills.items()},
            "leads": leads,
            "seconds": round(time.monotonic() - began, 1),
        }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    if sys.argv[1:] == ["poller"]:
        poller()
    else:
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, check=True)
        import django

        import config.celery  # noqa: F401 - shared tasks find their broker

        django.setup()
        from django.conf import settings

        settings.ALLOWED_PRIVATE_HOSTS = ["localhost"]
        sys.stdout.write(f"{json.dumps(run(int(sys.argv[1]) if sys.argv[1:] else 100), indent=1)}\n")
