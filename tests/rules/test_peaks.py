"""The most and the fewest children at once, against counting every minute."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from portail.rules.peaks import least, overlap, peak

MINUTES = range(7 * 60, 19 * 60)


def clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


spans = st.tuples(st.sampled_from(MINUTES), st.integers(1, 180)).map(
    lambda s: (s[0], min(s[0] + s[1], 19 * 60))
)


def there(taken: list[tuple[int, int]], moment: int) -> int:
    return sum(start <= moment < end for start, end in taken)


@given(st.lists(spans, max_size=12), spans)
def test_it_is_what_counting_every_minute_gives(taken, within):
    hours = [(clock(start), clock(end)) for start, end in taken]
    window = clock(within[0]), clock(within[1])
    every = [there(taken, minute) for minute in range(*within)]
    assert peak(hours, window) == max(every)
    assert least(hours, window) == min(every)
    assert peak(hours) == max((there(taken, minute) for minute in MINUTES), default=0)


def test_who_leaves_gives_the_place_to_who_comes_at_that_moment():
    morning, noon = (time(8), time(12)), (time(12), time(14))
    assert peak([morning, noon]) == 1
    assert not overlap(morning, noon)
    assert peak([morning, (time(11, 59), time(13))]) == 2
    assert peak([]) == 0
    assert least([], morning) == 0
