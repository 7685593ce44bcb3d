"""How fast the rules answer, alone: no database, no page. `python -m bench.rules` prints the processor's time.

To stay under: a month of 3 children × 4 services decided and explained, 10 ms; 100,000 explained prices, 5 s; the
longest file of the gallery checked with its examples, 200 ms.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path

from portail.rules import (
    Action,
    SessionFacts,
    broken_examples,
    decide_many,
    default_entries,
    default_known_until,
    know,
    parse,
    parse_bytes,
    price,
)

ROOT = Path(__file__).parents[1]
YEARS = range(2025, 2029)
GRID = """
[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]
bands = [{ max = 300, prices = [1.00, 2.00] }, { max = 700, prices = [2.50, 4.00] }, { prices = [4.20, 6.00] }]
adjust = [{ label = "Fratrie", rank = { min = 2 }, percent = -20 }]
[[tariffs]]
name = "Temps du midi"
services = ["cantine"]
adds = true
percent = 0.1
"""


def main() -> None:
    text = (ROOT / "portail/activities/default-regulation.toml").read_text(encoding="utf-8")
    entries, known = default_entries("B", None, YEARS), default_known_until("B", YEARS)
    regulation = parse(text)
    month = [
        (action, SessionFacts(service, date(2026, 12, 1) + timedelta(days=n), clock(12), 30, 10))
        for action in (Action.BOOK, Action.CANCEL, Action.BOOK)
        for service in ("cantine", "matin", "soir", "mercredi")
        for n in range(31)
    ]

    def a_month() -> None:
        calendar = regulation.calendar_with(entries, known)
        now = datetime(2026, 12, 6, 19, tzinfo=UTC)
        for decision in decide_many(month, regulation.deadlines, calendar, now=now):
            decision.sentence().fr(), decision.reason.fr()

    tariffs = parse(text + GRID).tariffs

    def prices() -> None:
        for n in range(100_000):
            facts = know(quotient=Decimal(n) / 50, residence="commune", rank=n % 3 + 1)
            price(tariffs, "cantine", date(2027, 1, 12), facts).sentence().fr()

    longest = max((ROOT / "rules").glob("*.toml"), key=lambda path: path.stat().st_size)

    def a_check() -> None:
        found = parse_bytes(longest.read_bytes())
        broken_examples(found, found.calendar_with(entries, known))

    tell("a month of 3 children and 4 services", a_month, 20)
    tell("100,000 explained prices", prices, 1)
    tell(f"{longest.name} read and checked", a_check, 5)


def tell(what: str, run: Callable[[], None], times: int) -> None:
    spent = []
    for _ in range(times):
        began = time.process_time()
        run()
        spent.append(time.process_time() - began)
    print(f"{what}: {min(spent) * 1000:.1f} ms at best of {times}, {max(spent) * 1000:.1f} at worst")


if __name__ == "__main__":
    main()
