"""Makes .venv hold exactly what requirements/run.txt or test.txt pins, with uv if it can be had, else with pip."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.txt"
UV = ROOT / ".uv"
OLDEST = (3, 11)
SETS = {"run": ("run",), "test": ("run", "test")}  # "test" holds all of "run"


class InstallError(Exception):
    """The environment could not be made; the message says what to do."""


def digest(kind: str) -> str:
    """Names one state of the pins: their text and the interpreter they were installed for."""
    text = b"".join((HERE / f"{name}.txt").read_bytes() for name in SETS[kind])
    return f"{kind} {hashlib.sha256(text + sys.version.encode()).hexdigest()}"


def is_fresh(kind: str) -> bool:
    if not PYTHON.exists() or not STAMP.exists():
        return False
    installed = STAMP.read_text(encoding="utf-8").strip()
    return installed in {digest(name) for name, parts in SETS.items() if kind in parts}


def run(*command: str | Path, **env: str) -> None:
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env={**os.environ, **env})


def succeeds(*command: str | Path) -> bool:
    try:
        done = subprocess.run([str(part) for part in command], check=False, cwd=ROOT, capture_output=True)
    except OSError:  # there is no such program, or none for this machine
        return False
    return done.returncode == 0


def find_uv() -> str | None:
    """The uv of this machine, else one fetched beside the project (a target folder is allowed where PEP 668 rules)."""
    own = UV / "bin" / "uv"
    found = shutil.which("uv")
    if found:
        return found
    if not own.exists():
        shutil.rmtree(UV, ignore_errors=True)
        pins = HERE / "uv.txt"
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
        if not succeeds(*pip, "install", "--target", UV, "--require-hashes", "-r", pins):
            return None
    return str(own) if succeeds(own, "--version") else None


def install_with_uv(uv: str, pins: Path) -> None:
    if not succeeds(PYTHON, "-c", ""):
        run(uv, "venv", "--quiet", "--clear", "--no-project", "--python", sys.executable, VENV)
    run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, pins)


def install_with_pip(pins: Path) -> None:
    """Works without ensurepip (Debian's python3 has none): the outer pip fills a venv that holds no pip."""
    if not succeeds(sys.executable, "-m", "pip", "--python", sys.executable, "--version"):
        message = "pip 22.3 or newer is needed: install your system's python3-pip package, then try again."
        raise InstallError(message)
    if not succeeds(PYTHON, "-c", ""):
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", PYTHON)
    run(*pip, "install", "--require-hashes", "-r", pins)


def install(kind: str) -> None:
    pins = HERE / f"{kind}.txt"
    STAMP.unlink(missing_ok=True)
    uv = find_uv()
    try:
        if uv:
            install_with_uv(uv, pins)
        else:
            install_with_pip(pins)
    except subprocess.CalledProcessError:
        if not uv:
            raise
        print("uv could not install the packages; trying pip.", flush=True)  # pip may know an index that uv does not
        install_with_pip(pins)
    own_path = next((VENV / "lib").glob("python*/site-packages")) / "fairlead.pth"
    own_path.write_text(f"{ROOT}\n", encoding="utf-8")  # pytest and lint-imports find the apps from any folder
    STAMP.write_text(digest(kind) + "\n", encoding="utf-8")


def lock(arguments: list[str]) -> int:
    """Compile the .in files anew: hashes for every platform, no index named, what is pinned kept unless told so."""
    uv = find_uv()
    if not uv:
        print("uv is needed to compile the requirements, and could not be installed.")
        return 1
    options = ("--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url")
    for source in sorted(HERE.glob("*.in"), key=lambda path: path.name != "run.in"):
        pins = source.with_suffix(".txt").relative_to(ROOT)
        run(uv, "pip", "compile", *options, "--no-header", *arguments, source.relative_to(ROOT), "-o", pins)
    return 0


def main(kind: str) -> int:
    if sys.version_info < OLDEST:
        wanted, found = (".".join(map(str, version)) for version in (OLDEST, sys.version_info[:3]))
        print(f"Fairlead needs Python {wanted} or newer; {sys.executable} is {found}. Try: make PYTHON=python{wanted}")
        return 2
    if is_fresh(kind):
        return 0
    started = time.monotonic()
    print(f"Making the environment in {VENV.name} (once; needs the network) ...", flush=True)
    try:
        install(kind)
    except (InstallError, OSError) as error:
        print(f"The environment could not be made: {error}")
        return 1
    except subprocess.CalledProcessError:
        print(
            "The environment could not be made; the reason stands above. If the package index did not answer, check\n"
            "the network (or the index your pip is set to), then run the same command again: it goes on from there."
        )
        return 1
    print(f"Environment made in {time.monotonic() - started:.1f} s.", flush=True)
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["lock"]:
        sys.exit(lock(sys.argv[2:]))
    if len(sys.argv) != 2 or sys.argv[1] not in SETS:
        sys.exit("Say which: python3 requirements/install.py run|test|lock")
    sys.exit(main(sys.argv[1]))
