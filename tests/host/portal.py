"""A whole portal for a test: its own data folder, port and database, driven by its own command line."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings

OURS = ("PORTAIL_", "DATABASE_URL", "EMAIL_URL", "DJANGO_", "PYTEST_", "COV_")
READY = "Ctrl-C pour arrêter."
PATIENCE = 60.0
ADMINISTRATOR = "sept-lanternes-jaunes"
INIT = ["init", "--name", "Valmont-sur-Orne", "--zone", "B", "--admin-email", "alix@exemple.fr"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Served:
    """`portail serve` at work; `lines` is what it has said until now."""

    process: subprocess.Popen
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.lines.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass
class Portal:
    data: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def env(self, **more: str) -> dict[str, str]:
        mine = {"PORTAIL_DATA": str(self.data), "PORTAIL_PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return kept | mine | self.environment | more

    def run(self, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess:
        """Run a command of the portal to its end."""
        return self._python("-m", "portail", *words, typed=typed, **more)

    def script(self, code: str) -> Any:
        """Run Python inside the portal's settings; `result` is brought back as JSON."""
        whole = f"import django, json; django.setup()\n{code}\nprint(json.dumps(result, default=str))"
        done = self._python("-c", whole, DJANGO_SETTINGS_MODULE="config.settings")
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def _python(self, *words: str, typed: str = "", **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *words],
            cwd=settings.BASE_DIR,
            env=self.env(**more),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def found(self) -> None:
        """Make an empty commune."""
        done = self.run(*INIT, "--admin-password-stdin", typed=f"{ADMINISTRATOR}\n")
        assert done.returncode == 0, done.stderr

    def start(self, **more: str) -> Served:
        """Begin to serve; returns once the portal says that it is ready."""
        process = subprocess.Popen(
            [sys.executable, "-m", "portail", "serve"],
            cwd=settings.BASE_DIR,
            env=self.env(**more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        served = Served(process)
        threading.Thread(target=served.read, daemon=True).start()
        until(lambda: READY in served.text or process.poll() is not None)
        assert READY in served.text, served.text
        return served

    @contextmanager
    def serving(self, **more: str) -> Iterator[Served]:
        served = self.start(**more)
        try:
            yield served
        finally:
            served.process.send_signal(signal.SIGINT)
            served.process.wait(PATIENCE)

    def processes(self) -> dict[int, str]:
        """Every process alive that has our data folder in its environment: its command, by number."""
        found = {}
        mark = f"PORTAIL_DATA={self.data}".encode()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    if mark in (folder / "environ").read_bytes().split(b"\0"):
                        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                        found[int(folder.name)] = command
                except OSError:  # gone meanwhile
                    continue
        return {pid: command for pid, command in found.items() if command}

    def kill(self, what: str) -> list[int]:
        """kill -9 the processes whose command holds this text."""
        killed = [pid for pid, command in self.processes().items() if what in command]
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        return killed

    def bury(self) -> None:
        """Leave nothing behind a failed test."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)


def until(holds: Any, patience: float = PATIENCE) -> bool:
    """Wait until it holds; says whether it did in time."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def database() -> Iterator[dict[str, str]]:
    """The environment of a new database on the engine of the tests: a file of its own, or a PostgreSQL base."""
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        yield {}
        return
    url, name = os.environ["DATABASE_URL"], f"portail_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def portal(tmp_path) -> Iterator[Portal]:
    """A portal with nothing in it yet, in a folder whose name has a space and an accent."""
    with database() as environment:
        made = Portal(tmp_path / "données de l'été", environment)
        try:
            yield made
        finally:
            made.bury()
