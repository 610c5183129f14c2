"""Work when the kernel is idle: requests are not queued, no two runs overlap, and others have time in between."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

from gradnb.jupyter.idle import WhenIdle


def test_where_no_loop_runs_it_is_done_at_once() -> None:
    done: list[int] = []
    idle = WhenIdle(lambda: done.append(1))
    idle.request()
    idle.request()
    assert done == [1, 1]


def test_of_many_requests_one_remains() -> None:
    done: list[int] = []
    idle = WhenIdle(lambda: done.append(1))

    async def ask() -> None:
        for _ in range(100):
            idle.request()
        assert done == []
        await asyncio.sleep(0.01)
        assert done == [1]
        await asyncio.sleep(0.05)

    asyncio.run(ask())
    assert done == [1]


def test_a_request_while_it_runs_is_done_afterwards() -> None:
    states: list[str] = []
    state = "first"

    def action() -> None:
        nonlocal state
        states.append(state)
        if state == "first":
            state = "last"
            idle.request()

    idle = WhenIdle(action)

    async def ask() -> None:
        idle.request()
        await asyncio.sleep(0.1)

    asyncio.run(ask())
    assert states == ["first", "last"]


def test_half_of_the_time_is_left_to_others() -> None:
    runs: list[tuple[float, float]] = []

    def slow() -> None:
        start = time.monotonic()
        time.sleep(0.05)
        runs.append((start, time.monotonic()))

    idle = WhenIdle(slow)

    async def ask() -> None:
        while len(runs) < 3:
            idle.request()
            await asyncio.sleep(0.001)

    asyncio.run(ask())
    for (start, end), (following, _) in itertools.pairwise(runs):
        assert following - end >= end - start


def test_no_two_runs_overlap_in_several_threads() -> None:
    running = 0
    most = 0

    def action() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1

    idle = WhenIdle(action)
    threads = [threading.Thread(target=idle.now) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_once_closed_it_does_nothing() -> None:
    done: list[int] = []
    idle = WhenIdle(lambda: done.append(1))

    async def ask() -> None:
        idle.request()
        idle.close()
        await asyncio.sleep(0.05)
        idle.request()
        idle.now()

    asyncio.run(ask())
    assert done == []
