"""Find anyone: by number, name, address or telephone, however it is written.

What is typed is first looked for as it is (without case nor accents) inside names; only when nobody answers is it
compared with every name, letter by letter, to forgive a slip.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from portail.accounts.models import Role, User
from portail.core.text import name_key, plain
from portail.families.models import Adult, Child, ChildContact, Household, HouseholdChild

SHORTEST = 2
LONGEST = 100
_SHORTEST_FORGIVEN = 4  # letters: a slip in a shorter word makes another word
_LONG_WORD = 7
_ALIKE = 80  # of 100, by rapidfuzz
_MOST = 2_000
_TELEPHONE = re.compile(r"[\d\s.()+/-]+\Z")
_PHONES = ("mobile_phone", "home_phone", "work_phone")


@dataclass
class Found:
    """Who answers. `households`: their ids, the best first. `people`: accounts that have no dossier yet.

    `is_sure`: found as it was typed, not by likeness.
    """

    households: list[int] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    is_sure: bool = True

    @property
    def count(self) -> int:
        return len(self.households) + len(self.people)


def find(typed: str) -> Found:
    """Everyone whom these words may mean. Less than SHORTEST letters or digits mean nobody."""
    typed = typed.strip()[:LONGEST]
    if len(name_key(typed)) < SHORTEST:
        return Found()
    if numbered := Household.objects.filter(number=typed).values_list("pk", flat=True).first():
        return Found([numbered])
    exact = _as_typed(typed)
    return exact if exact.count else find_alike(typed)


def find_alike(typed: str) -> Found:
    """Those whose names look like what is typed: each word is alike one part of the name."""
    words = [word for word in plain(typed[:LONGEST]).split() if not word.isdigit()]
    if not any(len(word) >= _SHORTEST_FORGIVEN for word in words):
        return Found(is_sure=False)
    best: dict[int, float] = {}
    joined = Household.objects.values_list("pk", "name_key")
    if len(words) > 1:  # "o neil" is kept as "oneill"
        best = dict(_alike([name_key(typed)], joined.order_by()))
    for names in (
        joined,
        Adult.objects.values_list("household_id", "search_key"),
        HouseholdChild.objects.values_list("household_id", "child__search_key"),
    ):
        for pk, score in _alike(words, names.order_by()):
            best[pk] = max(best.get(pk, 0), score)
    ranked = sorted(best, key=lambda pk: (-best[pk], pk))
    return Found(_open_first(ranked[:_MOST]), is_sure=False)


def lookalikes(people: Iterable[tuple[str, str]], *, name: str = "", but: int = 0) -> QuerySet[Household]:
    """Open dossiers that may be this family's already: an adult of the same names, or the same dossier name.

    `people`: first and last names. A warning, never a refusal: two families may share a name.
    """
    same = Q(name_key=name_key(name)) if name_key(name) else Q(pk=0)
    for first_name, last_name in people:
        keys = {plain(f"{first_name} {last_name}"), plain(f"{last_name} {first_name}")}
        same |= Q(adults__search_key__in=keys)
    return Household.objects.filter(same, closed_at=None).exclude(pk=but).distinct()


def owners(user: User, references: Mapping[str, str]) -> list[Household]:
    """Open dossiers that an account may belong to, with their adults: the one whose number was given, those that
    know its address, those with an adult of its names. Ten at most.
    """
    found = Q(number=references.get("number") or "-") | Q(adults__email__iexact=user.email)
    if key := plain(f"{user.first_name} {user.last_name}"):
        found |= Q(adults__search_key__in={key, plain(f"{user.last_name} {user.first_name}")})
    households = Household.objects.filter(found, closed_at=None).distinct()
    return list(households.prefetch_related("adults").order_by("name_key", "number")[:10])


def lookalike_children(child: Child) -> list[Child]:
    """Children born the same day whose names are nearly these."""
    same_day = Child.objects.filter(birth_date=child.birth_date).exclude(pk=child.pk)
    key = plain(f"{child.first_name} {child.last_name}")
    first = plain(child.first_name)
    return [
        other
        for other in same_day.prefetch_related("households")
        if fuzz.token_sort_ratio(other.search_key, key) >= _ALIKE or plain(other.first_name) == first
    ]


def _as_typed(typed: str) -> Found:
    words = plain(typed).split()
    named = Q(*(Q(search_key__contains=word) for word in words)) if words else Q(pk=0)
    adults = Adult.objects.filter(named | _reached(typed, _PHONES) | _signing_in(typed))
    others = named | _reached(typed, ("phone",))
    children = HouseholdChild.objects.filter(child__in=Child.objects.filter(others))
    best: dict[int, int] = {}
    for rows in (
        Household.objects.filter(_named(typed)).values_list("pk", "name_key"),
        adults.values_list("household_id", "search_key"),
        children.values_list("household_id", "child__search_key"),
        ChildContact.objects.filter(others).values_list("household_id", "search_key"),
    ):
        for pk, key in rows.order_by()[:_MOST]:
            best[pk] = max(best.get(pk, 0), _closeness(typed, words, key))
    ranked = sorted(best, key=lambda pk: (-best[pk], pk))
    return Found(_open_first([pk for pk in ranked if best[pk] > 0][:_MOST]), _without_dossier(typed, words))


def _closeness(typed: str, words: list[str], key: str) -> int:
    """How near a name is to what is typed: 4 the very name, 3 one part of it, 2 its letters, 1 otherwise (telephone).

    0: only scattered letters, as the "o" of "o'neil" inside "dupont neillet".
    """
    parts = key.split()
    if key.replace(" ", "") == name_key(typed):
        return 4
    if all(word in parts for word in words):
        return 3
    if all(word in key for word in words):
        begins = all(any(part.startswith(word) for part in parts) for word in words if len(word) < 3)
        return 2 if begins else 0
    return 1


def _named(typed: str) -> Q:
    """Dossiers by their name, or by the first digits of their number."""
    digits = typed if typed.isascii() and typed.isdigit() else ""
    return Q(name_key__contains=name_key(typed)) | (Q(number__startswith=digits) if digits else Q(pk=0))


def _reached(typed: str, phones: tuple[str, ...]) -> Q:
    """Rows by their own address or by one of these telephones."""
    found = Q(email__icontains=typed) if "@" in typed else Q(pk=0)
    if digits := _digits(typed):
        for phone in phones:
            found |= Q(**{f"{phone}__contains": digits})
    return found


def _signing_in(typed: str) -> Q:
    """Adults by the user name or the address of their account."""
    account = "user__email__icontains" if "@" in typed else "user__username__iexact"
    return Q(**{account: typed})


def _digits(typed: str) -> str:
    """The digits of a telephone as it is kept: "06 12" and "+33 (0)6 12" and "0033612" are "33612"."""
    if not _TELEPHONE.match(typed):
        return ""
    digits = re.sub(r"\D", "", typed.replace("(0)", ""))
    digits = digits.removeprefix("00")
    if digits.startswith("0"):
        digits = "33" + digits[1:]
    return digits if len(digits) >= 4 else ""


def _without_dossier(typed: str, words: list[str]) -> list[User]:
    """Family accounts that no adult has, by name, user name or address."""
    named = Q(username__icontains=typed)
    if "@" in typed:
        named |= Q(email__icontains=typed)
    people = User.objects.filter(role=Role.FAMILY, adult=None, is_active=True)
    found = {user.pk: user for user in people.filter(named)[:_MOST]}
    if words:
        waiting = people.exclude(pk__in=found)
        for user in waiting.order_by("-created_at")[:_MOST]:
            if all(word in plain(user.get_full_name()) for word in words):
                found[user.pk] = user
    return list(found.values())


def _alike(words: list[str], rows: Iterable[tuple[int, str]]) -> list[tuple[int, float]]:
    """The rows in whose key each word has its like, with the mean of the likenesses.

    Names repeat much in a town: each part of a name is compared once, not once a person.
    """
    known = list(rows)
    holders: dict[str, list[int]] = {}
    for index, (_, key) in enumerate(known):
        for part in set(key.split()):
            holders.setdefault(part, []).append(index)
    scores: dict[int, float] = dict.fromkeys(range(len(known)), 0)
    for word in words:
        best: dict[int, float] = {}
        for part, score in _likenesses(word, list(holders)).items():
            for index in holders[part]:
                best[index] = max(best.get(index, 0), score)
        scores = {index: score + best[index] for index, score in scores.items() if index in best}
    return [(known[index][0], score / len(words)) for index, score in scores.items()]


def _likenesses(word: str, parts: list[str]) -> dict[str, float]:
    """The parts of names that this word means, with a likeness out of 100.

    Its letters one after the other somewhere in the part, a few wrong ("dumociv" in "democivil"); or the whole part
    with one slip, two in a long word, where exchanging two letters is one slip ("jaen", "jean").
    """
    if len(word) < _SHORTEST_FORGIVEN:
        return {part: 100.0 for part in parts if part == word or (len(word) > 2 and part.startswith(word))}
    long_enough = [part for part in parts if len(part) >= len(word) - 2]
    within = process.extract(word, long_enough, scorer=fuzz.partial_ratio, score_cutoff=_ALIKE, limit=None)
    slips = 1 if len(word) < _LONG_WORD else 2
    whole = process.extract(word, long_enough, scorer=OSA.distance, score_cutoff=slips, limit=None)
    likenesses = {part: score for part, score, _ in within}
    for part, distance, _ in whole:
        likenesses[part] = max(likenesses.get(part, 0), 100 - 5 * distance)
    return likenesses


def _open_first(ids: list[int]) -> list[int]:
    """The dossiers in the order given, the closed ones after the open."""
    closed = set(Household.objects.filter(pk__in=ids).exclude(closed_at=None).values_list("pk", flat=True))
    return [pk for pk in ids if pk not in closed] + [pk for pk in ids if pk in closed]
