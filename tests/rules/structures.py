"""Structures of communes at random, whole and sound, as the tables of the portal may hold them."""

from datetime import time

from hypothesis import strategies as st

from portail.rules import RunsIn
from portail.rules.structure import ICONS, SHORT, Activity, Offer, Place, School, Service, Structure

LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
names = st.one_of(
    st.sampled_from(["École Jules-Ferry", "Cantine « A »", 'Le "Bourg"', "L'Haÿ", "a\\b", "A # B", "[[x]]"]),
    st.text(LETTERS, min_size=1, max_size=12),
).filter(str.strip)
addresses = st.one_of(st.just(""), st.sampled_from(["3 rue des Écoles\n59998 Valmont", "x\u00a0y\ty"]), names)
codes = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?", fullmatch=True)
ranks = st.integers(0, 6)
actives = st.sampled_from([True, True, False])


@st.composite
def structures(draw) -> Structure:
    """Every section, in the order of their names, as the tables are read."""
    schools = [
        School(name, draw(addresses), draw(actives)) for name in sorted(draw(st.sets(names, max_size=3)))
    ]
    school = st.sampled_from(["", *(row.name for row in schools)])
    places = [
        Place(name, draw(school), draw(addresses), draw(actives))
        for name in sorted(draw(st.sets(names, max_size=4)))
    ]
    activities = [
        Activity(code, draw(names), draw(st.sampled_from(ICONS)), draw(ranks), draw(actives))
        for code in sorted(draw(st.sets(codes, min_size=1, max_size=3)))
    ]
    services = [draw(_service(code, places, activities)) for code in draw(st.sets(codes, max_size=4))]
    services.sort(key=lambda row: (row.position, row.name, row.code))
    return Structure(tuple(schools), tuple(places), tuple(activities), tuple(services))


@st.composite
def _service(draw, code, places, activities) -> Service:
    start, end = sorted(draw(st.sets(st.integers(0, 1439), min_size=2, max_size=2)))
    name = draw(names)
    return Service(
        code=code,
        name=name,
        activity=draw(st.sampled_from(activities)).code,
        short_name=draw(st.one_of(st.just(name[:SHORT]), names)),
        start=time(*divmod(start, 60)),
        end=time(*divmod(end, 60)),
        weekdays=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        icon=draw(st.sampled_from(ICONS)),
        runs_in=draw(st.sampled_from(RunsIn)),
        position=draw(ranks),
        active=draw(actives),
        offers=draw(_offers(places)),
    )


@st.composite
def _offers(draw, places) -> tuple[Offer, ...]:
    chosen = draw(st.sets(st.sampled_from([p.name for p in places]))) if places else set()
    return tuple(
        Offer(name, draw(st.one_of(st.none(), st.integers(0, 90))), draw(actives)) for name in sorted(chosen)
    )
