# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator

import pytest

from tests.engine.telephone import Exchange


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    made = Exchange()
    yield made
    made.close()
    assert made.engine.counters()["panics"] == 0
