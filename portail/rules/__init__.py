"""The law of the house: pure functions from values to an answer and its reason. No Django, no clock, no I/O.

**A regulation** is read from a settings file by `parse(text)` or `parse_bytes(upload)`; both raise
`SettingsErrors`, whose `problems` (line, path, French message) hold everything to mend. The result is frozen:
`regulation.commune` (name, zone, subdivision, time_zone), `.deadlines`, `.openings`, `.calendar` (entries of
the file), `.password_min_length`.

**A calendar**: `regulation.calendar_with(entries, known_until)`, where `entries` come from the commune's
editable table, first filled with `default_entries(zone, subdivision, years)` and `default_known_until(zone,
years)`. `Entry(kind, start, end, label, services)`, both ends included; kinds are `EntryKind`. Then
`calendar.local(day, minutes)`, `.today(now)`, `.public_holiday(day)`, `.school_holiday(day)`, `.closure(day,
service)`, `.closed_reason(day, service)`, `.is_school_day(day)`, `.is_open_day(day, weekdays)`,
`.next_open_day(…)`, `.previous_open_day(…)`. Past `known_until`: `CalendarUnknown`, with a French message.

**Decisions**: `may_book(session, regulation.deadlines, calendar, now=now, openings=regulation.openings)` and
`may_cancel(session, regulation.deadlines, calendar, now=now)` answer for one `SessionFacts(service, date,
start, capacity, taken, closed, year_open)`; `decide_many([(Action.BOOK, session), …], …)` answers a whole
month at once. A `Decision` has `.is_allowed`, `.refusal` (a `Refusal` or None), `.until`, `.deadline` (local
aware moments), `.sentence()`, `.reason` (by which rule) and `.because` (steps). Without the moment:
`modifiable(service, day, regulation.deadlines, calendar)` → the sentence of the deadline and its reasons, for
the head of a week.

**Whom it concerns**: `know(residence="commune", quotient=Decimal("742"), rank=2, …)` says what is known of a
request (`TAGS` and `NUMBERS` name it all); give it as `SessionFacts(known=…)` and to `price`. A rule narrowed on what
is not known does not hold.

**Prices**: `price(regulation.tariffs, service, day, known)` → a `Price` with `.amount` (Decimal, euros),
`.components` (`part`, `label`, `amount`; they sum to it), `.sentence()` and `.steps`; `PriceUnknown` says what is
missing. What a whole basket costs, with its packages and caps: `baskets.price_basket`. `quantity` and `already` (for
caps) are known of the request too. What went wrong is added by
`surcharges.surcharge`, an absence is priced by `absences.absence`, the quotient of a day is chosen by
`quotients.quotient_on`, and a basket is judged by `constraints.violations`; their rules are
`regulation.surcharges`, `.absences`, `.quotient`, `.constraints`. Whether a session still takes a child of this kind
is said by `quotas.full_quota`; these rules are `regulation.quotas`. Who gets the next place of a full session
is said by `waiting.ranked`; these rules are `regulation.waiting`.

**The billing cycle**: `regulation.billing` (a `BillingCycle`, with usual values when the file has no [billing]):
`.period(day)`, `.run_on(day)`, `.due(issued)` → day and reason, `.minimum`, `.payment_modes`, `.series`, notes.

**The file itself**: `broken_examples(regulation, calendar)` and `doubts(regulation, calendar, around=day)` are
`Problem` lists; `differences.differences(old, new)` tells what changes in sentences; `explain` answers in JSON;
`schema.schema()` is for editors. The vocabulary is in docs/rules.

**Sentences** are `Sentence(code, params)`: `.fr()` or `str()` in French, `.as_json()`, and for families
`.render(translate=gettext, words=ENGLISH)`; templates are extracted by makemessages.
"""

from . import explain
from .billing import BillingCycle, Due, PaymentMode
from .booking_periods import BookingPeriod, Room
from .calendars import (
    ANY_SERVICE,
    OFFICE_WEEKDAYS,
    SCHOOL_WEEKDAYS,
    Calendar,
    CalendarUnknown,
    Entry,
    EntryKind,
    RunsIn,
    ServiceDays,
)
from .certificates import PaidInvoice, care_paid, is_young
from .checks import broken_examples, doubts
from .days import DayKind
from .deadlines import (
    BOTH,
    Action,
    DeadlineRule,
    Effect,
    OpeningRule,
    Tier,
    opening_for,
    rule_for,
)
from .decisions import (
    Decision,
    Refusal,
    SessionFacts,
    decide_many,
    full,
    may_book,
    may_cancel,
    modifiable,
)
from .french_days import SUBDIVISIONS, ZONES, default_entries, default_known_until
from .limits import Anchor, Asked, Bad, Cutoff, Limit, Shift, Unit, When
from .meals import MealRule
from .parsing import parse, parse_bytes
from .pricing import Component, Price, PriceUnknown, price
from .problems import Problem, SettingsErrors
from .quotas import Quota, first_full, full_quota, quotas_of
from .regulation import Commune, Example, Regulation
from .scopes import NUMBERS, TAGS, Known, Scope, Span, know
from .sentences import DAY_MINUTES, ENGLISH, FRENCH, English, French, Sentence, Step, read_sentence, say, step
from .tariffs import Part, Tariff
from .waiting import (
    Candidate,
    Criterion,
    Ends,
    Order,
    Ranked,
    WaitingRule,
    joined,
    queue_told,
    ranked,
    waiting_for,
)

__all__ = [
    "ANY_SERVICE",
    "BOTH",
    "DAY_MINUTES",
    "ENGLISH",
    "FRENCH",
    "NUMBERS",
    "OFFICE_WEEKDAYS",
    "SCHOOL_WEEKDAYS",
    "SUBDIVISIONS",
    "TAGS",
    "ZONES",
    "Action",
    "Anchor",
    "Asked",
    "Bad",
    "BillingCycle",
    "BookingPeriod",
    "Calendar",
    "CalendarUnknown",
    "Candidate",
    "Commune",
    "Component",
    "Criterion",
    "Cutoff",
    "DayKind",
    "DeadlineRule",
    "Decision",
    "Due",
    "Effect",
    "Ends",
    "English",
    "Entry",
    "EntryKind",
    "Example",
    "French",
    "Known",
    "Limit",
    "MealRule",
    "OpeningRule",
    "Order",
    "PaidInvoice",
    "Part",
    "PaymentMode",
    "Price",
    "PriceUnknown",
    "Problem",
    "Quota",
    "Ranked",
    "Refusal",
    "Regulation",
    "Room",
    "RunsIn",
    "Scope",
    "Sentence",
    "ServiceDays",
    "SessionFacts",
    "SettingsErrors",
    "Shift",
    "Span",
    "Step",
    "Tariff",
    "Tier",
    "Unit",
    "WaitingRule",
    "When",
    "broken_examples",
    "care_paid",
    "decide_many",
    "default_entries",
    "default_known_until",
    "doubts",
    "explain",
    "first_full",
    "full",
    "full_quota",
    "is_young",
    "joined",
    "know",
    "may_book",
    "may_cancel",
    "modifiable",
    "opening_for",
    "parse",
    "parse_bytes",
    "price",
    "queue_told",
    "quotas_of",
    "ranked",
    "read_sentence",
    "rule_for",
    "say",
    "step",
    "waiting_for",
]
