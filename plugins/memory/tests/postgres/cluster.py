"""A real PostgreSQL with pgvector, out of a package, in a folder of its own; as nobody where we are root."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

BIN = Path(importlib.util.find_spec("pgserver").origin).parent / "pginstall" / "bin"
NOBODY = 65534
READY_S = 30.0


class Cluster:
    """One server on a socket only, with one superuser ``hub`` and as many databases as are asked for."""

    def __init__(self) -> None:
        # Not below pytest's folders: the path of a socket has at most 107 bytes, and nobody may not go there.
        self.folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
        self._as = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        if self._as:
            os.chown(self.folder, NOBODY, NOBODY)
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0
        options = ["-U", "hub", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", "-D", str(self.folder / "data"), *options)

    def _run(self, program: str, *args: str) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([BIN / program, *args], check=True, cwd=self.folder, **quiet, **self._as)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [
            f"unix_socket_directories={self.folder}", "listen_addresses=", "fsync=off", "max_connections=40",
        ]  # fmt: skip
        options = [word for one in settings for word in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [BIN / "postgres", "-D", self.folder / "data", *options],
                cwd=self.folder, stdout=log, stderr=log, **self._as,
            )  # fmt: skip
        until = time.monotonic() + READY_S
        while True:
            try:
                psycopg.connect(self.address("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: `SIGINT` ends every session, `SIGQUIT` is a crash."""
        if self._server:
            self._server.send_signal(how)
            self._server.wait(READY_S)
            self._server = None

    def address(self, database: str) -> str:
        return f"postgresql://hub@/{database}?host={self.folder}"

    def database(self) -> str:
        """Make an empty database and return its address."""
        self._made += 1
        name = f"memory{self._made}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.address(name)

    def destroy(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def sessions(self) -> list[int]:
        """Return the processes that serve a hub."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'hub'")
            return [pid for (pid,) in rows]

    def send(self, pid: int, how: signal.Signals) -> None:
        os.kill(pid, how)
