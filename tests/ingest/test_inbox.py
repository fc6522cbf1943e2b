import threading
import time
from datetime import UTC, datetime

import pytest

from ingest.inbox import Delivery, Inbox


def delivery(number: int, size: int = 10) -> Delivery:
    return Delivery("t", b"x" * size, datetime.now(UTC), number, 1)


def test_gives_back_in_order_and_at_most_what_is_asked():
    inbox = Inbox(limit=100, limit_bytes=10_000)
    for number in range(7):
        assert inbox.put([delivery(number)])
    assert [each.mid for each in inbox.take(5, wait_s=0, gather_s=0)] == [0, 1, 2, 3, 4]
    assert [each.mid for each in inbox.take(5, wait_s=0, gather_s=0)] == [5, 6]
    assert inbox.take(5, wait_s=0.01, gather_s=1) == []


def test_large_messages_make_small_batches():
    inbox = Inbox(limit=100, limit_bytes=10_000)
    inbox.put([delivery(number, size=400) for number in range(7)])
    started = time.monotonic()
    sizes = [len(inbox.take(50, wait_s=0, gather_s=5, most_bytes=1_000)) for _ in range(2)]
    assert time.monotonic() - started < 2
    assert (sizes, len(inbox.take(50, wait_s=0, gather_s=0))) == ([3, 3], 1)


def test_gathers_for_a_while_but_not_longer_than_needed():
    inbox = Inbox(limit=100, limit_bytes=10_000)
    inbox.put([delivery(0)])
    threading.Timer(0.05, inbox.put, [[delivery(1)]]).start()
    started = time.monotonic()
    assert len(inbox.take(2, wait_s=1, gather_s=5)) == 2
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(("limit", "limit_bytes"), [(3, 10_000), (100, 30)])
def test_full_inbox_makes_the_receiver_wait(limit: int, limit_bytes: int):
    inbox = Inbox(limit=limit, limit_bytes=limit_bytes)
    largest = 0

    def receive() -> None:
        for number in range(200):
            inbox.put([delivery(number)])

    thread = threading.Thread(target=receive)
    thread.start()
    taken: list[int] = []
    while len(taken) < 200:
        largest = max(largest, len(inbox))
        taken.extend(each.mid for each in inbox.take(2, wait_s=1, gather_s=0))
    thread.join()
    assert taken == list(range(200))
    assert largest <= 3


def test_closing_frees_a_waiting_receiver_and_keeps_what_is_in():
    inbox = Inbox(limit=1, limit_bytes=10_000)
    inbox.put([delivery(0)])
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(inbox.put([delivery(1)])))
    thread.start()
    time.sleep(0.05)
    inbox.close()
    thread.join(5)
    assert answers == [False]
    assert [each.mid for each in inbox.take(5, wait_s=0, gather_s=0)] == [0]
