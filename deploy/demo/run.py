"""The demo from beginning to end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from api.planning import PlanningRun, next_round_date, run_planning
from deploy.commands.serve import listen
from deploy.demo import chain, state
from deploy.demo.live import serve_until_stopped
from deploy.demo.options import DemoOptions, Servers, say_restart
from deploy.demo.summary import Summary, print_summary
from deploy.files import read_bytes
from deploy.plan_summary import summarise_plan
from deploy.processes import Child
from deploy.services import database_url, mqtt_url
from deploy.settings import Settings
from deploy.town import register_town, reported_emptyings
from domain.containers import Municipality
from domain.plans import Plan, PlanStatus
from routing.roads.osm import read_graph
from simulators import extract
from simulators.collection import TownEmptying
from simulators.history import expected_messages
from simulators.town import Town, build_town
from storage import fleet, observations, plans
from storage.database import Database
from storage.migrate import migrate


def run_demo(options: DemoOptions, settings: Settings) -> None:
    """Bring the town to life, plan its next collection day, tell about it, and serve it until Ctrl-C."""
    started = time.monotonic()
    console = Console(stderr=options.json, highlight=False)
    console.print("[bold]Halfvol[/bold], a simulated town: from sensor to route\n")
    if not options.once:
        listen(settings.http_host, settings.http_port).close()
    with ExitStack() as stack:
        servers = _start_servers(stack, settings, console)
        database = stack.enter_context(Database(servers.database_url))
        with _step(console, "Building the town on the streets of the extract"):
            town, world, municipality = _prepare_town(database, options, servers.state_file)
        ingest = servers.child("ingest", "--json", on_restart=say_restart(console))
        ingest.start()
        stack.callback(ingest.stop)
        reported = reported_emptyings(database, town, municipality)
        world = _send_and_store(console, town, world, reported=reported, ingest=ingest, servers=servers)
        planning = _plan(console, database, municipality, settings)
        summary = _summarise(database, municipality, world.messages_sent, planning, time.monotonic() - started)
        if options.json:
            print(json.dumps(summary.as_json()))
        else:
            console.print()
            print_summary(console, summary)
        if not options.once:
            approve(database, planning.plan)
            serve_until_stopped(console, servers, options, planning, ingest)
        with _step(console, "Stopping"):
            stack.close()


def _start_servers(stack: ExitStack, settings: Settings, console: Console) -> Servers:
    with _step(console, "Starting PostgreSQL" if not settings.database_url else "Opening the database"):
        database = stack.enter_context(database_url(settings))
        migrate(database)
    with _step(console, "Starting the NATS server as MQTT broker" if not settings.mqtt_url else "Using your broker"):
        broker = stack.enter_context(mqtt_url(settings))
    return Servers(database_url=database, mqtt_url=broker, data_dir=settings.data_dir)


def _prepare_town(
    database: Database, options: DemoOptions, state_file: Path
) -> tuple[Town, state.DemoState, Municipality]:
    path = options.extract or extract.helsinki_path()
    graph = read_graph(read_bytes(path), str(options.extract) if options.extract else extract.NAME)
    town = build_town(graph, seed=options.seed, containers=options.containers)
    world = state.load_or_begin(
        state_file,
        seed=options.seed,
        containers=options.containers,
        days=options.days,
        now=datetime.now(UTC),
    )
    state.save(state_file, world)
    municipality = register_town(database, town, graph, sensors_since=world.begins_at - timedelta(days=1))
    return town, world, municipality


def _send_and_store(
    console: Console,
    town: Town,
    world: state.DemoState,
    *,
    reported: Sequence[TownEmptying],
    ingest: Child,
    servers: Servers,
) -> state.DemoState:
    chain.wait_until_subscribed(ingest)
    now = datetime.now(UTC)
    expected = max(1, expected_messages(town, world.sent_until, now))
    with _progress(console) as progress:
        sending = progress.add_task("Sensors publish over MQTT", total=expected)
        storing = progress.add_task("Ingest stores", total=expected)

        def acknowledged(messages: int) -> None:
            progress.update(sending, completed=min(messages, expected))
            progress.update(storing, completed=min(ingest.report.get("received", 0), messages, expected))

        before, settled = world.messages_sent, world.settled
        world = chain.send_history(
            town,
            world,
            until=now,
            reported=reported,
            mqtt_url=servers.mqtt_url,
            state_file=servers.state_file,
            on_progress=acknowledged,
        )
        sent = world.messages_sent - before
        progress.update(sending, total=sent, completed=sent)
        progress.update(storing, total=sent)
        chain.wait_until_stored(
            ingest, sent=sent, settled=settled, on_progress=lambda done: progress.update(storing, completed=done)
        )
        progress.update(storing, completed=sent)
    world = replace(world, settled=True)
    state.save(servers.state_file, world)
    return world


def _plan(console: Console, database: Database, municipality: Municipality, settings: Settings) -> PlanningRun:
    with database.transaction() as connection:
        known_fleet = fleet.load(connection, municipality.id)
    tomorrow = datetime.now(ZoneInfo(municipality.time_zone)).date() + timedelta(days=1)
    with _progress(console) as progress:
        task = progress.add_task("Planning", total=1.0)

        def told(stage: str, share: float) -> None:
            progress.update(task, completed=share, description=f"Planning: {stage}")

        planning = run_planning(
            database,
            municipality_code=municipality.code,
            date=next_round_date(known_fleet, tomorrow),
            time_limit_s=settings.plan_time_limit_s,
            on_progress=told,
        )
        progress.update(task, completed=1.0, description="Planned and checked")
    return planning


def approve(database: Database, plan: Plan) -> None:
    """Approve the plan as an operator would on the map, so that the driver's page has something to drive."""
    assert plan.id is not None
    with database.transaction() as connection:
        plans.set_status(connection, plan_id=plan.id, status=PlanStatus.APPROVED)


def _summarise(
    database: Database, municipality: Municipality, messages_sent: int, planning: PlanningRun, duration_s: float
) -> Summary:
    with database.transaction() as connection:
        counts = observations.counts(connection, municipality.id)
    return Summary(
        messages_sent=messages_sent,
        observations_stored=counts.observations,
        messages_rejected=counts.rejected,
        messages_unclaimed=counts.unclaimed_messages,
        plan=summarise_plan(planning),
        duration_s=duration_s,
    )


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<42}"), BarColumn(30), TaskProgressColumn(), TimeElapsedColumn(), console=console
    )


@contextmanager
def _step(console: Console, text: str) -> Iterator[None]:
    started = time.monotonic()
    with console.status(f"{text} .."):
        yield
    console.print(f"{text:<42} [green]done[/green] in {time.monotonic() - started:.1f} s")
