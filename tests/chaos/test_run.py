"""A short torture run balances; one with a consumer that is broken on purpose does not."""

import json
import sys
from pathlib import Path

import pytest

from deploy.chaos.run import Options, run
from domain.errors import InvalidInput
from tests.servers.mosquitto import find_mosquitto
from tests.system.command import halfvol

HERE = Path(__file__).parent
SHORT = {"publishers": 4, "rate": 400.0, "pause_s": (0.1, 1.2)}


def test_a_short_run_balances():
    report = run(Options(kills=5, victims=("ingest", "postgres", "broker"), seed=1, **SHORT))
    ledger = report.ledger
    assert sum(report.kills.values()) == 5
    assert ledger.balances
    assert (ledger.missing, ledger.duplicate, ledger.lost_by_broker) == (0, 0, 0)
    assert ledger.sent == ledger.acknowledged == ledger.stored + ledger.rejected + ledger.unclaimed
    assert min(ledger.stored, ledger.rejected, ledger.unclaimed) > 0


def test_split_topics_with_a_standby_each_lose_nothing():
    find_mosquitto()
    options = Options(broker="mosquitto", kills=3, victims=("ingest",), ingests=2, standby=True, seed=2, **SHORT)
    ledger = run(options).ledger
    assert ledger.balances
    assert ledger.sent == ledger.stored + ledger.rejected + ledger.unclaimed


@pytest.mark.parametrize(
    ("script", "victims", "wrong"),
    [
        ("broken_acknowledges_first.py", ("ingest",), "missing"),
        # NATS notes acknowledgements on the disk a little later, so a killed one delivers some messages again.
        ("broken_no_unique_key.py", ("broker",), "duplicate"),
    ],
)
def test_a_broken_consumer_is_caught(script: str, victims: tuple[str, ...], wrong: str):
    report = run(
        Options(
            kills=4,
            victims=victims,
            rate=1_000,
            pause_s=(2.5, 4.5),  # long enough to be at work again when the next kill comes
            ingest_command=(sys.executable, str(HERE / script)),
            quiet_s=13,
        )
    )
    assert getattr(report.ledger, wrong) > 0
    assert not report.ledger.balances


def test_the_command_prints_its_ledger_as_json(tmp_path: Path):
    find_mosquitto()
    options = ("--broker", "mosquitto", "--victims", "ingest,postgres", "--kills", "3", "--seed", "5", "--json")
    done = halfvol("chaos", *options, data_dir=tmp_path, timeout_s=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert sum(told["kills"].values()) == 3
    assert told["ledger"]["missing"] == told["ledger"]["duplicate"] == 0
    assert told["options"]["seed"] == 5


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"broker": "rabbit"}, "no broker is called 'rabbit'"),
        ({"victims": ("ingest", "sensor")}, "nothing called sensor can be killed"),
        ({"kills": 0}, "must be at least 1"),
    ],
)
def test_options_that_cannot_be(changes: dict[str, object], sentence: str):
    with pytest.raises(InvalidInput, match=sentence):
        Options(**changes)  # pyright: ignore[reportArgumentType]
