"""The parts of `make test`, one after the other, all of them even when one fails; then their seconds in one line."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
# makemigrations only warns where no database runs; it compares models with files
MANAGE = [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py"]

CHECKS: dict[str, list[list[str]]] = {
    "lint": [[str(BIN / "ruff"), "check", "."], [str(BIN / "ruff"), "format", "--check", "."]],
    "types": [[str(BIN / "mypy")]],
    "contracts": [[str(BIN / "lint-imports"), "--no-logo"]],
    "migrations": [[*MANAGE, "makemigrations", "--check", "--dry-run"]],
    "system": [[*MANAGE, "check", "--fail-level", "WARNING"]],
    "deploy": [[*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]],
}
NEVER_SERVED = "a-key-for-this-check-alone-0123456789-abcdefghijklmnopqrstuvwxyz"
ENVIRONMENT = {
    "migrations": {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
    "system": {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
    "deploy": {"DJANGO_SETTINGS_MODULE": "config.settings.prod", "SECRET_KEY": NEVER_SERVED},
}
SERVERS = {"DATABASE_URL": "postgres://nobody@/nothing?host=/nowhere", "REDIS_URL": "unix:///nowhere"}


def check(name: str) -> bool:
    """Whether a part is fine; its output matters only where it is not."""
    env = {**os.environ, **SERVERS, **ENVIRONMENT[name]} if name in ENVIRONMENT else None
    for command in CHECKS[name]:
        done = subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True, text=True)
        if done.returncode:
            print(f"--- {name} failed: {' '.join([Path(command[0]).name, *command[1:]])}")
            print(done.stdout + done.stderr, flush=True)
            return False
    return True


# What is long, and what needs a browser, is left out of the short run; in the long one every law is tried with all its
# cases (tests/lengths.py).
RUNS: dict[str, tuple[list[str], dict[str, str]]] = {
    "tests": (["-m", "not long and not journey"], {}),
    "long": (["-m", "long or property or journey"], {"LONG": "1"}),
}


def tests(run: str, arguments: list[str]) -> bool:
    chosen, more = RUNS[run]
    command = [PYTHON, "-m", "pytest", "-n", "2", "--dist", "worksteal", *(arguments or chosen)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **more}, check=False).returncode == 0


def main(wanted: list[str], arguments: list[str]) -> int:
    seconds: dict[str, str] = {}
    failed: list[str] = []
    names = [name for part in wanted for name in (CHECKS if part == "checks" else [part])]
    for name in names:
        started = time.monotonic()
        fine = tests(name, arguments) if name in RUNS else check(name)
        seconds[name] = f"{name} {time.monotonic() - started:.1f}"
        if not fine:
            failed.append(name)
    print("seconds: " + ", ".join(seconds.values()) + (f"; FAILED: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    sys.exit(main(sys.argv[1:split], sys.argv[split + 1 :]))
