"""Run a command with a PostgreSQL of its own: a temporary cluster from the system's binaries, gone afterwards.

    python tests/pg.py pytest …

Exits with the command's own code; with 77, and a plain sentence, where the machine has no PostgreSQL.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

NO_POSTGRESQL = 77


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL's server programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _server_user() -> str | None:
    """PostgreSQL does not run as root; whom to run it as then."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def free_port() -> int:
    """A port nobody listens at, from below those the system gives out: none is taken there while a server is down."""
    while True:
        port = 12000 + secrets.randbelow(18000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """A running cluster; yields its URL. `durable` keeps fsync on, for tests that pull the plug."""
    programs, user = binaries(), _server_user()
    if programs is None:
        raise FileNotFoundError("initdb")
    folder, port = tempfile.mkdtemp(prefix="lianxin-pg-"), free_port()
    if user:
        shutil.chown(folder, user)
    # Tests that pull no plug need no second copy of each page, and no log for servers that follow.
    data, keeping = f"{folder}/data", "fsync=on" if durable else "fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0"
    run = {"check": True, "user": user, "cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run(
        [f"{programs}/initdb", "-D", data, "-U", "lianxin", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], **run
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c {keeping}"
    subprocess.run([f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log", "-o", options, "start"], **run)
    try:
        yield f"postgresql://lianxin@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([f"{programs}/pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    if binaries() is None:
        print("No PostgreSQL on this machine: install PostgreSQL 15 or newer to run the tests on it too.")
        return NO_POSTGRESQL
    with cluster() as url:
        return subprocess.run(sys.argv[1:], env={**os.environ, "LIANXIN_DATABASE": url}).returncode


if __name__ == "__main__":
    sys.exit(main())
