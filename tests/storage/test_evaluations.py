from __future__ import annotations

from storage import evaluations
from storage.database import Database

RUN = {"key": "a1", "code": "c0de"}


def test_a_run_is_wanted_until_it_has_a_result(database: Database) -> None:
    with database.transaction() as connection:
        assert evaluations.get(connection, **RUN) is None
        assert evaluations.ask(connection, **RUN, task={"seed": 1})
        assert evaluations.ask(connection, **RUN, task={"seed": 1})
        assert evaluations.finished(connection, keys=["a1"], code="c0de") == []
        evaluations.finish(connection, **RUN, result={"km": 3})
        assert not evaluations.ask(connection, **RUN, task={"seed": 1})
        (found,) = evaluations.finished(connection, keys=["a1", "b2"], code="c0de")
        assert (found.task, found.result, found.problem) == ({"seed": 1}, {"km": 3}, None)
        assert evaluations.finished(connection, keys=["a1"], code="other") == []


def test_a_run_that_failed_is_tried_again_when_it_is_asked_for_again(database: Database) -> None:
    with database.transaction() as connection:
        evaluations.ask(connection, **RUN, task={})
        evaluations.fail(connection, **RUN, problem="no room")
        (found,) = evaluations.finished(connection, keys=["a1"], code="c0de")
        assert (found.result, found.problem) == (None, "no room")
        assert evaluations.ask(connection, **RUN, task={})
        assert evaluations.finished(connection, keys=["a1"], code="c0de") == []


def test_old_runs_are_let_go(database: Database) -> None:
    with database.transaction() as connection:
        evaluations.ask(connection, key="old", code="c0de", task={})
        evaluations.ask(connection, **RUN, task={})
        connection.execute("UPDATE evaluation_run SET asked_at = now() - interval '91 days' WHERE key = 'old'")
        evaluations.forget_old(connection)
        assert evaluations.get(connection, key="old", code="c0de") is None
        assert evaluations.get(connection, **RUN) is not None
