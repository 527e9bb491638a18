"""The data folder: whose it is, where its sockets and logs stand, and the URLs of the embedded servers in it."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import quote

USER = DATABASE = "fairlead"
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes, macOS 103
LOG_BYTES = 10_000_000


class StartError(Exception):
    """Something cannot be started here; the message says why and what to do."""


def socket_folder(folder: Path) -> Path:
    """`folder` itself, or a short stand-in in the system's temporary folder where a socket's path would be too long."""
    folder = folder.absolute()
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) < LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"fairlead-{os.geteuid()}-{digest}"


def database_url(data: Path) -> str:
    """Where the PostgreSQL of the data folder `data` answers, running or not."""
    return f"postgres://{USER}@/{DATABASE}?host={quote(str(socket_folder(data / 'pg')), safe='/')}"


def redis_url(data: Path) -> str:
    """Where the Valkey of the data folder `data` answers, running or not."""
    return f"unix://{quote(str(socket_folder(data / 'valkey') / 'valkey.sock'), safe='/')}"


def make_socket_folder(folder: Path, owner: int) -> Path:
    place = socket_folder(folder)
    if place != folder.absolute():
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
            os.chown(place, owner, -1)
        found = place.lstat()
        if place.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
            raise StartError(f"{place} is not ours alone: remove it, or set DATA_DIR to a folder with a shorter path.")
    return place


def make_data_folder(data: Path) -> None:
    """The folder, for our eyes only; refused where it is another user's, as half of it would be unreadable to us."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        (data / "log").mkdir(exist_ok=True, mode=0o700)
        refuse_foreign(data, {os.geteuid()})
        check_writable(data)
    except PermissionError as error:
        if data.exists():
            refuse_foreign(data, {os.geteuid()})
        raise StartError(
            f"The data folder {data} cannot be written: {error.strerror}. Set DATA_DIR to another."
        ) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise StartError(f"The data folder {data} cannot be made: a file is in its place.") from error


def check_writable(data: Path) -> None:
    if not os.access(data, os.W_OK | os.X_OK):
        raise StartError(f"The data folder {data} is read-only. Set DATA_DIR to another.")


def refuse_foreign(folder: Path, allowed: set[int]) -> None:
    owner = folder.stat().st_uid
    if owner not in allowed:
        mine, theirs = user_name(os.geteuid()), user_name(owner)
        raise StartError(
            f"The data folder {folder} belongs to {theirs}, and you are {mine}: "
            f"start as {theirs}, or set DATA_DIR to a folder of your own."
        )


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def log_file(data: Path, name: str) -> Path:
    """The server's log, turned over once it has grown large."""
    path = data / "log" / f"{name}.log"
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path


def lock(data: Path) -> IO[str]:
    """Hold the folder for one supervisor; the kernel lets go when the file is closed, however we end."""
    file = (data / "run.lock").open("a", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise StartError(f"Fairlead already runs on the data folder {data}: stop it, or set DATA_DIR.") from None
    return file
