from __future__ import annotations

import pytest

from domain.errors import NotFound
from storage import roads
from storage.database import Database
from tests.storage import town


def test_the_graph_comes_back_byte_for_byte_and_a_new_one_replaces_it(database: Database) -> None:
    with database.transaction() as connection:
        municipality_id = town.build(connection).municipality.id
        with pytest.raises(NotFound, match="halfvol roads"):
            roads.load(connection, municipality_id)
        for name, graph in (("first", bytes(range(256)) * 1000), ("second", b"\0")):
            roads.save(connection, municipality_id=municipality_id, name=name, graph=graph)
            assert roads.load(connection, municipality_id) == (name, graph)
