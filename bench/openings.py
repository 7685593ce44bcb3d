"""An opening: 3,000 signed-in families come within a minute, take a ticket, wait, and book a few hundred places.

`python -m bench.openings` (PostgreSQL, granian as `portail serve` runs it, the families on the same two cores). What is
measured, and how to read it: bench/README.md. `--families 300 --spread 6` for a glance.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import time
from collections import Counter
from pathlib import Path

from bench.crowd import Family, Told
from bench.openings_data import CODE
from bench.run import database, granian, processor_time, python


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--engine", choices=["sqlite", "postgres"], default="postgres")
    asked.add_argument("--families", type=int, default=3000)
    asked.add_argument("--spread", type=float, default=60, help="seconds in which they all come (default 60)")
    asked.add_argument("--inside", type=int, default=120, help="families that book at once (default 120)")
    asked.add_argument(
        "--think", type=float, default=2, help="seconds that a family reads a page, on average"
    )
    asked.add_argument("--port", type=int, default=8113)
    options = asked.parse_args()
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cœurs")
    print(f"Charge de la machine au départ : {os.getloadavg()[0]:.1f}")
    with database(options.engine) as environment:
        measure(environment, options)


def measure(environment: dict[str, str], options: argparse.Namespace) -> None:
    environment = environment | {
        "PORTAIL_PORT": str(options.port),
        "PORTAIL_STATIC": environment["PORTAIL_DATA"] + "/static",
        "PORTAIL_LOG_LEVEL": "ERROR",
    }
    Path(environment["PORTAIL_STATIC"]).mkdir()
    python(environment, "manage.py", "migrate", "--verbosity", "0")
    facts = json.loads(python(environment, "-m", "bench.openings_data", "fill", str(options.families)))
    with granian(environment, "config.wsgi:application", options.port) as server:
        python(environment, "-m", "bench.openings_data", "open", str(options.inside))
        opens = float(python(environment, "-m", "bench.openings_data", "when"))
        told = Told()
        used, start = processor_time(server), time.time()
        asyncio.run(crowd(facts, opens, told, options))
        spent, lasted = processor_time(server) - used, time.time() - start
        used_here = time.process_time()
    report(told, options, spent, lasted, used_here)
    print(python(environment, "-m", "bench.openings_data", "check", json.dumps(told.receipts)))


async def crowd(facts: dict, opens: float, told: Told, options: argparse.Namespace) -> None:
    """The families, a sixth of them before the opening, spread evenly over the time given."""
    first = opens - options.spread / 6
    await asyncio.sleep(max(0.0, first - time.time()))
    step = options.spread / len(facts["families"])
    wanted = frozenset(str(number) for number in facts["sessions"])
    families = [
        Family(options.port, CODE, facts["month"], *row, wanted=wanted, think=options.think, told=told)
        for row in facts["families"]
    ]
    await asyncio.gather(
        *(family.come(first + (number + 0.5) * step) for number, family in enumerate(families))
    )


def report(told: Told, options: argparse.Namespace, spent: float, lasted: float, here: float) -> None:
    print(f"\n{options.families} familles en {options.spread:.0f} s, {options.inside} à la fois\n")
    print("| page | demandes | médiane | p95 | la plus lente |")
    print("|---|---:|---:|---:|---:|")
    for name, times in told.times.items():
        ordered = sorted(times)
        p95 = ordered[int(len(ordered) * 0.95) - 1] if len(ordered) > 1 else ordered[0]
        print(
            f"| {name} | {len(times)} | {statistics.median(times) * 1000:.0f} ms | {p95 * 1000:.0f} ms"
            f" | {ordered[-1] * 1000:.0f} ms |"
        )
    late = sum(seconds >= 2 for seconds in told.times["ticket"])
    print(
        f"\nTickets en plus de 2 s : {late}. Réponses inattendues : {dict(Counter(told.wrong)) or 'aucune'}."
    )
    print(f"Tout a duré {lasted:.0f} s ; serveur {spent:.0f} s de processeur, familles {here:.0f} s.")
    print(f"Issues : {dict(Counter(told.ends))}")


if __name__ == "__main__":
    main()
