"""Doing things at the same moment."""

import threading
from collections.abc import Callable


def race(*works: Callable[[], object]) -> list[object]:
    """Run them at the same moment, each in a thread, and return what each gave or raised."""
    start = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        start.wait()
        try:
            results[place] = work()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
