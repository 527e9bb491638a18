"""The embedded servers where things are unusual: long paths, cut-short starts, old pids, other users, no namespaces."""

import os
import pwd
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.run import embedded, folder, spawn
from config.run.folder import StartError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def data() -> Iterator[Path]:
    """A short path that `nobody` may pass through, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory(prefix="fl-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "data"


@pytest.fixture
def stop() -> Iterator[list[embedded.Server]]:
    servers: list[embedded.Server] = []
    yield servers
    for server in servers:
        server.stop()


def ask(server: embedded.Server, sql: str) -> object:
    with psycopg.connect(server.url) as connection:
        return connection.execute(sql).fetchone()[0]


def kill(server: embedded.Server) -> None:
    server.process.kill()
    server.process.wait()


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_postgres_listens_on_a_private_socket_only(data, stop):
    server = embedded.start_postgres(data, options=embedded.IN_MEMORY)
    stop.append(server)

    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SELECT current_user || '@' || current_database()") == "fairlead@fairlead"
    assert (data / "pg").stat().st_mode & 0o777 == 0o700
    assert data.stat().st_mode & 0o077 == 0


def test_valkey_keeps_what_it_was_given_through_a_hard_kill(data, stop):
    import redis

    first = embedded.start_valkey(data)
    redis.Redis.from_url(first.url).rpush("queue", *range(50))
    kill(first)

    second = embedded.start_valkey(data)
    stop.append(second)

    assert redis.Redis.from_url(second.url).llen("queue") == 50
    assert redis.Redis.from_url(second.url).config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_path_too_long_for_a_socket_gets_a_short_private_stand_in(data, stop):
    deep = data / ("x" * 90) / ("y" * 90)
    for server in (embedded.start_postgres(deep, options=embedded.IN_MEMORY), embedded.start_valkey(deep)):
        stop.append(server)

    place = folder.socket_folder(deep / "pg")
    assert len(str(place)) < folder.LONGEST_SOCKET_PATH
    assert place.stat().st_mode & 0o777 == 0o700
    assert ask(stop[0], "SELECT 1") == 1
    assert embedded.valkey_ready(folder.socket_folder(deep / "valkey") / "valkey.sock")


def test_a_stand_in_that_others_may_enter_is_refused(data):
    deep = data / ("x" * 90) / ("z" * 90) / "pg"
    place = folder.socket_folder(deep)
    place.mkdir(mode=0o755)
    try:
        with pytest.raises(StartError, match="not ours alone"):
            folder.make_socket_folder(deep, os.geteuid())
    finally:
        place.rmdir()


def test_a_first_start_cut_short_is_begun_anew(data, stop):
    half = data / "pg.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    stop.append(embedded.start_postgres(data, options=embedded.IN_MEMORY))

    assert ask(stop[0], "SELECT 1") == 1
    assert not half.exists()


def test_a_stale_pid_of_a_living_stranger_hinders_nobody_and_harms_nobody(data, stop):
    kill(embedded.start_postgres(data, options=embedded.IN_MEMORY))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            file = data / "pg" / name
            rest = file.read_text().split("\n", 1)[1]
            file.write_text(f"{stranger.pid}\n{rest}")

        stop.append(embedded.start_postgres(data, options=embedded.IN_MEMORY))

        assert ask(stop[0], "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_left_by_a_former_run_is_ended_first(data, stop):
    orphan = embedded.start_postgres(data, options=embedded.IN_MEMORY)

    stop.append(embedded.start_postgres(data, options=embedded.IN_MEMORY))

    assert orphan.process.wait(timeout=5) is not None
    assert ask(stop[0], "SELECT 1") == 1


def test_another_version_of_postgres_is_named(data):
    (data / "pg").mkdir(parents=True, mode=0o700)
    (data / "pg" / "PG_VERSION").write_text("12\n")

    with pytest.raises(StartError, match="made by PostgreSQL 12"):
        embedded.start_postgres(data)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(data):
    with pytest.raises(StartError, match="no_such_setting"):
        embedded.start_postgres(data, options=("-c", "no_such_setting=1"))


@needs_root
def test_root_runs_postgres_in_a_namespace_as_nobody_else(data, stop):
    if not spawn.namespace_allowed():
        pytest.skip("this system refuses user namespaces")

    stop.append(embedded.start_postgres(data, options=embedded.IN_MEMORY))

    assert uid_of(stop[0].process.pid) == 0
    assert (data / "pg").stat().st_uid == 0


@needs_root
def test_root_without_namespaces_runs_postgres_as_nobody_and_stays_with_it(data, stop, monkeypatch):
    nobody = pwd.getpwnam("nobody").pw_uid
    if not nobody_can_run_postgres():
        pytest.skip("the project stands in a folder that nobody may not pass through")
    monkeypatch.setattr(embedded, "namespace_allowed", lambda: False)

    first = embedded.start_postgres(data, options=embedded.IN_MEMORY)
    assert uid_of(first.process.pid) == nobody
    assert ask(first, "SELECT 1") == 1
    first.stop()

    monkeypatch.undo()
    stop.append(embedded.start_postgres(data, options=embedded.IN_MEMORY))
    assert uid_of(stop[0].process.pid) == nobody


def nobody_can_run_postgres() -> bool:
    command = [embedded.postgres_bin() / "postgres", "-V"]
    try:
        return spawn.spawn(command, identity=spawn.Identity.NOBODY, output=subprocess.DEVNULL).wait() == 0
    except (OSError, subprocess.SubprocessError):
        return False


@needs_root
def test_without_namespaces_a_folder_closed_to_nobody_is_explained(data, monkeypatch):
    monkeypatch.setattr(embedded, "namespace_allowed", lambda: False)
    data.mkdir()
    data.parent.chmod(0o700)

    with pytest.raises(StartError, match="refuses user namespaces"):
        embedded.start_postgres(data)


@needs_root
def test_without_namespaces_a_folder_made_in_one_is_explained(data, monkeypatch):
    if not spawn.namespace_allowed():
        pytest.skip("this system refuses user namespaces")
    embedded.start_postgres(data, options=embedded.IN_MEMORY).stop()
    monkeypatch.setattr(embedded, "namespace_allowed", lambda: False)

    with pytest.raises(StartError, match="which this system refuses now"):
        embedded.start_postgres(data)


@needs_root
def test_a_folder_of_another_user_is_refused_by_name(data):
    data.mkdir()
    os.chown(data, pwd.getpwnam("daemon").pw_uid, -1)

    with pytest.raises(StartError, match="belongs to daemon, and you are root"):
        embedded.start_valkey(data)


def test_a_second_supervisor_on_the_same_folder_is_refused(data):
    folder.make_data_folder(data)
    held = folder.lock(data)

    with pytest.raises(StartError, match="already runs"):
        folder.lock(data)

    held.close()
    folder.lock(data).close()


def test_children_die_with_whoever_started_them(data):
    """As `kill -9` of a supervisor: its servers end by themselves."""
    code = f"""
from pathlib import Path
from config.run import embedded
a = embedded.start_postgres(Path({str(data)!r}), options=embedded.IN_MEMORY)
b = embedded.start_valkey(Path({str(data)!r}), durable=False)
print(a.process.pid, b.process.pid, flush=True)
import time; time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert all("data" in spawn.command_line(pid) for pid in pids)
        parent.send_signal(signal.SIGKILL)

    for _ in embedded.ticks(10):
        if not any(spawn.command_line(pid) for pid in pids):
            break
    assert [pid for pid in pids if spawn.command_line(pid)] == []


def test_valkey_that_does_not_answer_is_not_ready(tmp_path):
    assert not embedded.valkey_ready(tmp_path / "none.sock")
    place = Path(tempfile.mkdtemp()) / "v.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(place))
        assert not embedded.valkey_ready(place)
    place.unlink()
    place.parent.rmdir()
