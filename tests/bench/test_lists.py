# SPDX-License-Identifier: Apache-2.0
"""A page of 10,000 numbers, by number, by branch and by a person's name, against the least that a request costs."""

import statistics
import time
from pathlib import Path

import httpx

from tests.backend.company import Company, run_in_company
from tests.bench.report import ratio

ROUNDS = 15
QUESTIONS: dict[str, dict[str, object]] = {
    "first page": {},
    "last page": {"offset": 9_950},
    "part of a number": {"q": "5678"},
    "name of a person": {"q": "李梅"},
    "free of a branch": {"use": "free", "branch": "上海"},
}


def test_lists_of_ten_thousand_numbers_stay_fast(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        block = {"name": "all", "first": "83012340000", "count": 10_000}
        began = time.perf_counter()
        assert (await admin.post("/api/v1/number-blocks", json=block)).status_code == 201
        print(f"\n10,000 numbers are added in {time.perf_counter() - began:.2f} s")
        ranged = {"first": "83012345000", "last": "83012345999", "branch": "上海"}
        await admin.post("/api/v1/number-ranges", json=ranged)
        least = await _median(admin, "/api/v1/session", {})
        for name, query in QUESTIONS.items():
            ratio(name, await _median(admin, "/api/v1/numbers", query), "GET /session", least)

    run_in_company(tmp_path, scenario)


async def _median(client: httpx.AsyncClient, path: str, query: dict[str, object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = await client.get(path, params=query)  # type: ignore[arg-type]
        times.append(time.perf_counter() - began)
        assert answer.status_code == 200
    return statistics.median(times)
