"""Lanes: each endpoint is spoken to by itself, so that one that hangs keeps no other waiting. No database in here."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# So many endpoints may hang at once before anybody waits for them; what waits costs a sleeping thread.
MOST = 48


class Lanes(Generic[T, R]):
    """Work under way, by lane; at most one piece a lane."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="lane")
        self._running: dict[Future[R], tuple[object, T]] = {}

    def __enter__(self) -> "Lanes[T, R]":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def busy(self) -> list[object]:
        """The lanes in which something is under way."""
        return [lane for lane, _about in self._running.values()]

    @property
    def room(self) -> int:
        """How many more lanes may begin."""
        return MOST - len(self._running)

    def start(self, lane: object, about: T, work: Callable[[], R]) -> None:
        """Begin; `about` comes back with what the work returned."""
        self._running[self._pool.submit(work)] = (lane, about)

    def done(self) -> Iterator[tuple[T, R]]:
        """What has ended since the last look; what the work raised is raised here."""
        ended: Sequence[Future[R]] = [future for future in self._running if future.done()]
        for future in ended:
            _lane, about = self._running.pop(future)
            yield about, future.result()

    def wait(self, seconds: float) -> None:
        """Until one ends, at most so long."""
        if self._running:
            wait(self._running, timeout=seconds, return_when=FIRST_COMPLETED)
