"""Several people at once, each in a thread and on a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection


def all_at_once(work: list[Callable[[], object]]) -> list[object]:
    """Each piece of work in its own thread and connection, started together; what each returned or raised."""
    start = threading.Barrier(len(work))

    def run(task: Callable[[], object]) -> object:
        connection.ensure_connection()
        start.wait(30)
        return closing_its_connection(task)

    with ThreadPoolExecutor(len(work)) as pool:
        done = [pool.submit(run, task) for task in work]
    return [future.exception() or future.result() for future in done]


def closing_its_connection(task: Callable[[], object]) -> object:
    try:
        return task()
    finally:
        connection.close()
