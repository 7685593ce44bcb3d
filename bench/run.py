"""The whole benchmark: `python -m bench.run`. What is measured, and how to read it: bench/README.md.

For each engine: an empty database, the data set, the counts, then granian with two workers, the pages one by one,
eight families at once, and beside them the bare page. Nothing is kept: everything lives in a temporary folder.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.client import Visitor
from bench.data import PASSWORD
from bench.journey import journey
from scripts import postgres

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = 8
WARM_UP = 5
TITLES = {
    "connexion": "Connexion",
    "accueil": "Accueil",
    "mois": "Mois d'un enfant",
    "charge": "Mois chargé (5 prestations, 23 jours)",
    "tous": "Mois de trois enfants (4 prestations chacun)",
    "semaine": "Leur semaine",
    "verifier": "Vérifier",
    "valider": "Valider, avec son reçu",
    "recu": "Reçu",
    "nue": "Page Django nue, autant de requêtes que le mois",
}


@dataclass
class Figures:
    median: float
    p95: float

    @classmethod
    def of(cls, times: list[float]) -> "Figures":
        return cls(statistics.median(times), statistics.quantiles(times, n=20)[-1])


@dataclass
class Together:
    """Eight at once: pages a second, how long each waited, and the processor's milliseconds that each cost."""

    rate: float
    waits: Figures
    processor: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--engine", choices=["sqlite", "postgres", "both"], default="both")
    asked.add_argument("--runs", type=int, default=50, help="times that each page is asked (default 50)")
    asked.add_argument("--seconds", type=float, default=10, help="of the eight families at once (default 10)")
    asked.add_argument("--port", type=int, default=8109)
    options = asked.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cœurs")
    print(f"Charge de la machine au départ : {os.getloadavg()[0]:.1f}")
    engines = ["sqlite", "postgres"] if options.engine == "both" else [options.engine]
    for engine in engines:
        with database(engine) as environment:
            measure(engine, environment, options)


@contextlib.contextmanager
def database(engine: str) -> Iterator[dict[str, str]]:
    """An environment whose data folder is empty and whose database is of this engine."""
    folder = Path(tempfile.mkdtemp(prefix="portail-bench-"))
    environment = os.environ | {"PORTAIL_DATA": str(folder), "PYTHONPATH": str(ROOT)}
    try:
        if engine == "sqlite":
            yield environment | {"DATABASE_URL": f"sqlite:///{folder}/portail.sqlite3"}
        else:
            with postgres.server() as found:
                yield environment | found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(engine: str, environment: dict[str, str], options: argparse.Namespace) -> None:
    environment = environment | {
        "PORTAIL_PORT": str(options.port),
        "PORTAIL_STATIC": environment["PORTAIL_DATA"] + "/static",
        "PORTAIL_LOG_LEVEL": "WARNING",
    }
    Path(environment["PORTAIL_STATIC"]).mkdir()
    python(environment, "manage.py", "migrate", "--verbosity", "0")
    facts = json.loads(python(environment, "-m", "bench.data"))
    counted = json.loads(
        python(environment, "-m", "bench.count", str(facts["children"][0]), facts["month"], facts["week"])
    )
    with granian(environment, "config.wsgi:application", options.port) as server:
        times = pages(facts, options)
        together = at_once(facts, options, server)
    with granian(environment, "bench.bare:application", options.port) as server:
        alone, bare = bare_page(counted["mois"], options, server)
    report(engine, times | {"nue": alone}, counted, together, bare)


def python(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextlib.contextmanager
def granian(environment: dict[str, str], application: str, port: int) -> Iterator[int]:
    """As `portail serve` runs it: two processes of four threads. Gives the process id of the first."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", application]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--http", "1", "--workers", "2"]
    command += ["--blocking-threads", "4", "--backpressure", "256", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_for(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            time.sleep(1)  # both workers
            return
        time.sleep(0.1)
    raise SystemExit("granian does not answer")


def pages(facts: dict, options: argparse.Namespace) -> dict[str, Figures]:
    """Each page on its own, by one family after the other: nobody waits for anybody."""
    times: dict[str, list[float]] = {name: [] for name in TITLES if name != "nue"}
    for number in range(options.runs + WARM_UP):
        visitor = Visitor(options.port)
        times["connexion"].append(visitor.sign_in(f"parent{number}", PASSWORD).milliseconds)
    visitor = Visitor(options.port)
    visitor.sign_in("parent0", PASSWORD)
    for count, (name, page) in enumerate(journey(visitor, facts["children"][0], facts["month"])):
        times[name].append(page.milliseconds)
        if count == 5 * (options.runs + WARM_UP) - 1:
            break
    visitor = Visitor(options.port)
    visitor.sign_in("parent500", PASSWORD)
    for _ in range(options.runs + WARM_UP):
        times["charge"].append(visitor.get(f"/planning/{facts['busy']}/{facts['month']}/").milliseconds)
    visitor = Visitor(options.port)
    visitor.sign_in("parent501", PASSWORD)
    for _ in range(options.runs + WARM_UP):
        times["tous"].append(visitor.get(f"/planning/tous/{facts['month']}/").milliseconds)
        times["semaine"].append(visitor.get(f"/planning/tous/{facts['week']}/").milliseconds)
    return {name: Figures.of(found[WARM_UP:]) for name, found in times.items()}


def at_once(facts: dict, options: argparse.Namespace, server: int) -> Together:
    """Eight families who open month after month without a pause."""
    visitors = []
    for number in range(FAMILIES):
        visitor = Visitor(options.port)
        visitor.sign_in(f"parent{100 + number}", PASSWORD)
        visitors.append((visitor, f"/planning/{facts['children'][2 * (100 + number)]}/{facts['month']}/"))
    return hammer(visitors, options.seconds, server)


def bare_page(month: dict, options: argparse.Namespace, server: int) -> tuple[Figures, Together]:
    """The bare page, one by one and eight at once."""
    path = f"/{month['queries']}/{month['bytes']}/"
    visitor = Visitor(options.port)
    times = [visitor.get(path).milliseconds for _ in range(options.runs + WARM_UP)]
    visitors = [(Visitor(options.port), path) for _ in range(FAMILIES)]
    return Figures.of(times[WARM_UP:]), hammer(visitors, options.seconds, server)


def hammer(visitors: list[tuple[Visitor, str]], seconds: float, server: int) -> Together:
    """Every visitor asks its page again as soon as it has it."""
    times: list[float] = []
    end = time.monotonic() + seconds

    def ask(visitor: Visitor, path: str) -> None:
        while time.monotonic() < end:
            page = visitor.get(path)
            if page.status != 200:
                raise SystemExit(f"{path} answered {page.status}")
            times.append(page.milliseconds)

    threads = [threading.Thread(target=ask, args=pair) for pair in visitors]
    start, used = time.monotonic(), processor_time(server)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = (processor_time(server) - used) * 1000 / len(times)
    return Together(len(times) / (time.monotonic() - start), Figures.of(times), spent)


def processor_time(process: int) -> float:
    """Seconds of processor that a process and its children have used, by Linux's own account."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    fields = [
        Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split() for number in (process, *listed)
    ]
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


def report(engine: str, times: dict[str, Figures], counted: dict, together: Together, bare: Together) -> None:
    print(f"\n### {'SQLite' if engine == 'sqlite' else 'PostgreSQL'}\n")
    print("| page | médiane | p95 | requêtes SQL | HTML | fichiers statiques |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, title in TITLES.items():
        count = counted.get(name, {})
        weight = f"{count['bytes'] / 1000:.1f} ko" if count.get("bytes") else ""
        print(
            f"| {title} | {times[name].median:.1f} ms | {times[name].p95:.1f} ms"
            f" | {count.get('queries', '')} | {weight} | {count.get('static') or ''} |"
        )
    print("\n| huit familles à la fois | pages par seconde | médiane | p95 | processeur par page |")
    print("|---|---:|---:|---:|---:|")
    for title, found in (("Mois d'un enfant", together), ("Page Django nue", bare)):
        print(
            f"| {title} | {found.rate:.0f} | {found.waits.median:.0f} ms | {found.waits.p95:.0f} ms"
            f" | {found.processor:.1f} ms |"
        )
    print(f"\nCharge de la machine à la fin : {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
