"""A leader on the ground, on Tuesday 24 November 2026 at 10:00."""

import pytest
import time_machine

from tests import factories as make


@pytest.fixture
def today(db):
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller
