"""Starts child processes that die with us: own session, parent-death signal, and for servers a rootless identity."""

import ctypes
import enum
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
INSIDE_ID = 1000  # any id but 0: PostgreSQL refuses to run as root
NOBODY = "nobody"

_libc = ctypes.CDLL(None, use_errno=True)


class Identity(enum.Enum):
    """As whom a server runs."""

    SELF = "self"
    NAMESPACE = "namespace"  # root outside, a plain user inside a user namespace: no account is made, no right given
    NOBODY = "nobody"  # where namespaces are refused (many containers)


def spawn(
    command: Sequence[str | Path],
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    identity: Identity = Identity.SELF,
    output: IO[bytes] | int | None = None,
    cwd: Path | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command`; call it from the main thread only, as Linux ties the death signal to the starting thread."""
    parent = os.getpid()
    nobody = pwd.getpwnam(NOBODY) if identity is Identity.NOBODY else None

    def prepare() -> None:
        os.setsid()  # a terminal's Ctrl-C reaches the supervisor alone, which stops all in order
        if nobody:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
        elif identity is Identity.NAMESPACE:
            enter_namespace()
        die_with(parent, death_signal)

    return subprocess.Popen(  # the parent-death signal can be set nowhere but between fork and exec
        [str(part) for part in command],
        preexec_fn=prepare,  # noqa: PLW1509 - see above; the supervisor has one thread
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=cwd,
        pass_fds=tuple(keep),
    )


def die_with(parent: int, death_signal: signal.Signals) -> None:
    """Ask the kernel to signal us when `parent` ends; after a change of identity, which would clear the wish."""
    if not hasattr(_libc, "prctl"):  # macOS: a supervisor killed hard leaves its children, which the next start ends
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
    if os.getppid() != parent:
        os._exit(1)


def enter_namespace() -> None:
    """Become a plain user in a user namespace of our own; outside we stay root and own what we write."""
    if _libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{INSIDE_ID} 0 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{INSIDE_ID} 0 1", encoding="ascii")


def namespace_allowed() -> bool:
    """Whether this kernel (or container) lets us make a user namespace: tried in a child, as it cannot be undone."""
    if sys.platform != "linux":
        return False
    try:
        return spawn([sys.executable, "-c", ""], identity=Identity.NAMESPACE).wait() == 0
    except (OSError, subprocess.SubprocessError):
        return False


def command_line(pid: int) -> str:
    """What process `pid` was started with; empty where there is none (or it is a zombie)."""
    recorded = Path(f"/proc/{pid}/cmdline")
    if recorded.parent.parent.is_dir():
        try:
            return recorded.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listing = ["/bin/ps", "-o", "command=", "-p", str(pid)]  # macOS has no /proc
    return subprocess.run(listing, check=False, capture_output=True, text=True).stdout
