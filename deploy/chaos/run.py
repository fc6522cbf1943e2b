"""One torture run from the first server to the ledger."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.chaos import victims
from deploy.chaos.ledger import Ledger, arrived, draw_up, rows_of
from deploy.chaos.messages import ChaosSensor
from deploy.chaos.mosquitto import start_mosquitto
from deploy.chaos.publishers import Publishers
from deploy.chaos.tapped_ingest import acknowledged
from deploy.chaos.town import register
from deploy.chaos.victims import GuardedServer, Restarted, Victim
from deploy.embedded.nats import EmbeddedNats
from deploy.embedded.postgres import EmbeddedPostgres
from domain.errors import HalfvolError, InvalidInput, Unavailable
from storage.database import Database
from storage.migrate import migrate

BROKERS = ("nats", "mosquitto")
VICTIMS = ("ingest", "postgres", "broker")

START_WITHIN_S = 30.0
VICTIM_WITHIN_S = 60.0
SETTLE_S = {"nats": 12.0, "mosquitto": 2.0}
"""How long after the last row a message may still be delivered once more: NATS does so ten seconds (its ack_wait) after
it first did, mosquitto when ingest connects again."""

FREEZE_SHARE = 0.25
LONGEST_FREEZE_S = 3.0


@dataclass(frozen=True, slots=True)
class Options:
    """What is tortured, and how.

    Parameters
    ----------
    kills
        How many processes are killed; freezes come on top.
    rate
        Messages a second of all publishers together.
    ingests
        How many ingest processes share the topics, each with one municipality.
    standby
        Give each ingest process a stand-by under the same client id.
    pause_s
        The shortest and the longest pause between two attacks, in seconds.
    seed
        Another seed is another order of victims, attacks and pauses.
    ingest_command
        What is started as ingest, with ``--json`` and more after it.
    quiet_s
        When for so many seconds nothing new has come, the rest is taken for missing.
    """

    broker: str = "nats"
    kills: int = 20
    victims: tuple[str, ...] = ("ingest", "postgres")
    publishers: int = 8
    rate: float = 400.0
    ingests: int = 1
    standby: bool = False
    pause_s: tuple[float, float] = (0.3, 3.0)
    seed: int = 1
    ingest_command: tuple[str, ...] = ()
    quiet_s: float = 45.0

    def __post_init__(self) -> None:
        if self.broker not in BROKERS:
            raise InvalidInput(f"no broker is called {self.broker!r}", remedy=f"choose one of {', '.join(BROKERS)}")
        unknown = [name for name in self.victims if name not in VICTIMS]
        if unknown or not self.victims:
            remedy = f"choose from {', '.join(VICTIMS)}"
            raise InvalidInput(f"nothing called {', '.join(unknown) or 'nothing'} can be killed", remedy=remedy)
        if min(self.kills, self.publishers, self.ingests) < 1 or self.rate <= 0:
            raise InvalidInput("kills, publishers, ingest processes and rate must be at least 1")


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did and what its ledger says. ``kills`` and ``freezes`` are counts by victim."""

    ledger: Ledger
    kills: Mapping[str, int]
    freezes: Mapping[str, int]
    duration_s: float


@dataclass
class _Attacks:
    kills: dict[str, int] = field(default_factory=dict[str, int])
    freezes: dict[str, int] = field(default_factory=dict[str, int])


OnProgress = Callable[[str, int], None]


def run(options: Options, on_progress: OnProgress = lambda _phase, _kills: None) -> Report:
    """Torture the chain and account for every message.

    Parameters
    ----------
    on_progress
        Called with what is being done and the kills so far.

    Raises
    ------
    Unavailable
        When a part does not start, or does not come back.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        on_progress("starting", 0)
        database_url = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        migrate(database_url)
        broker, broker_url = _start_broker(options, folder, stack)
        codes = [f"chaos-{number}" for number in range(options.ingests)]
        database = stack.enter_context(Database(database_url))
        sensors = register(database, municipality_codes=codes, sensor_count=options.publishers)
        tap = folder / "acknowledged" if broker.name in options.victims and options.broker == "mosquitto" else None
        ingests = _start_ingests(options, folder, stack, codes=codes, urls=(database_url, broker_url), tap=tap)
        _wait_for_subscriptions(ingests)
        publishers = Publishers(broker_url, sensors, rate=options.rate)
        publishers.start()
        targets: dict[str, Sequence[Victim]] = {
            "ingest": ingests,
            "postgres": [GuardedServer("postgres", folder / "postgres")],
            "broker": [broker],
        }
        attacks = _attack(options, targets, on_progress)
        on_progress("waiting for the last message", options.kills)
        publishers.finish()
        _drain(database, publishers.sent, sensors, settle_s=SETTLE_S[options.broker], quiet_s=options.quiet_s)
        ledger = draw_up(
            database,
            publishers.sent,
            publishers.acknowledged,
            acknowledged_by_ingest=None if tap is None else acknowledged(tap),
        )
    return Report(ledger, attacks.kills, attacks.freezes, time.monotonic() - began)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the users of the servers may enter, on the disk, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="halfvol-chaos-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_broker(options: Options, folder: Path, stack: ExitStack) -> tuple[Victim, str]:
    if options.broker == "mosquitto":
        server, url = start_mosquitto(folder / "mosquitto")
        stack.callback(server.stop)
        return server, url
    url = stack.enter_context(EmbeddedNats(folder / "nats"))
    return GuardedServer("broker", folder / "nats"), url


def _start_ingests(
    options: Options,
    folder: Path,
    stack: ExitStack,
    *,
    codes: Sequence[str],
    urls: tuple[str, str],
    tap: Path | None,
) -> list[Restarted]:
    command = options.ingest_command or (sys.executable, "-m", "deploy.cli", "ingest")
    if tap is not None:
        command = (sys.executable, "-m", "deploy.chaos.tapped_ingest", str(tap), "ingest")
    started: list[Restarted] = []
    for code in codes:
        environment = victims.environment_of_ingest(
            database_url=urls[0], mqtt_url=urls[1], client_id=f"ingest-{code}", municipality_code=code
        )
        for place in range(2 if options.standby else 1):
            ingest = Restarted(
                "ingest",
                [*command, "--json", *(["--standby"] if options.standby else [])],
                environment=environment,
                log=folder / f"{code}-{place}.log",
                lives_with_us=True,
            )
            ingest.start()
            stack.callback(ingest.stop)
            started.append(ingest)
    return started


def _wait_for_subscriptions(ingests: Sequence[Restarted]) -> None:
    """Wait until the broker keeps what is published: with a stand-by, one of each pair has subscribed."""
    until = time.monotonic() + START_WITHIN_S
    waiting = {ingest.log.name.rpartition("-")[0] for ingest in ingests}
    while waiting:
        for ingest in ingests:
            said = ingest.log.read_text(errors="replace") if ingest.log.exists() else ""
            if '"subscribed": true' in said:
                waiting.discard(ingest.log.name.rpartition("-")[0])
        if time.monotonic() > until:
            said = ingests[0].log.read_text(errors="replace").strip().splitlines()
            raise Unavailable(f"ingest did not subscribe: {said[-1] if said else 'it says nothing'}")
        time.sleep(0.05)


def _attack(options: Options, targets: Mapping[str, Sequence[Victim]], on_progress: OnProgress) -> _Attacks:
    """Kill and freeze, in the order that the seed gives, until there were enough kills."""
    chance = random.Random(options.seed)
    attacks = _Attacks()
    killed = 0
    while killed < options.kills:
        on_progress("killing", killed)
        time.sleep(chance.uniform(*options.pause_s))
        name = chance.choice(options.victims)
        victim = chance.choice(targets[name])
        _wait_until_running(victim)
        if chance.random() < FREEZE_SHARE:
            if victims.freeze(victim, chance.uniform(0.1, LONGEST_FREEZE_S), time.sleep):
                attacks.freezes[name] = attacks.freezes.get(name, 0) + 1
        elif victims.kill(victim):
            attacks.kills[name] = attacks.kills.get(name, 0) + 1
            killed += 1
    return attacks


def _wait_until_running(victim: Victim) -> None:
    until = time.monotonic() + VICTIM_WITHIN_S
    while victim.pid is None:
        if time.monotonic() > until:
            raise Unavailable(f"{victim.name} did not come back after it was killed")
        time.sleep(0.01)


def _drain(
    database: Database,
    sent: Mapping[ChaosSensor, int],
    sensors: Sequence[ChaosSensor],
    *,
    settle_s: float,
    quiet_s: float,
) -> None:
    """Wait until everything has arrived and nothing more comes, or for so long that the rest never will."""
    expected = rows_of(sent)
    municipality_ids = {sensor.municipality_id for sensor in sensors}
    newest, changed_at = -1, time.monotonic()
    while time.monotonic() - changed_at < (settle_s if newest >= expected else quiet_s):
        try:
            now = arrived(database, municipality_ids)
        except HalfvolError:
            # The database was killed a moment ago and is on its way back.
            now = newest
        if now != newest:
            newest, changed_at = now, time.monotonic()
        time.sleep(0.25)
