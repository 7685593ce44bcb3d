"""Codes printed on paper and typed by somebody."""

import pytest

from portail.core import codes


def test_a_code_is_twelve_signs_that_nobody_confuses():
    made = {codes.new() for _ in range(300)}
    assert len(made) == 300
    assert {len(code) for code in made} == {14}
    assert not set("".join(made)) & set("01ILOUAEY")
    assert set(map(codes.read, made)) <= made


@pytest.mark.parametrize(
    "typed", ["7KXD-M2PQ-4RTB", "7kxdm2pq4rtb", " 7KXD M2PQ\u00a04RTB ", "7kxd.m2pq_4rtb"]
)
def test_it_is_read_however_it_is_typed(typed):
    assert codes.read(typed) == "7KXD-M2PQ-4RTB"


@pytest.mark.parametrize(
    "typed", ["", "7KXD", "7KXD-M2PQ-4RT0", "7KXD-M2PQ-4RTBB", "é" * 12, "\x00" * 12, "x" * 9999]
)
def test_what_cannot_be_one_is_none(typed):
    assert codes.read(typed) == ""
