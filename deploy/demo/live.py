"""After the summary: live sensors, the pages and a worker, until Ctrl-C."""

from __future__ import annotations

import time
from contextlib import ExitStack, suppress

import httpx
from rich.console import Console

from api.planning import PlanningRun
from deploy.demo.options import DemoOptions, Servers, say_restart
from deploy.processes import Child
from domain.errors import Unavailable

START_TIMEOUT_S = 30.0


def serve_until_stopped(
    console: Console, servers: Servers, options: DemoOptions, planning: PlanningRun, ingest: Child
) -> None:
    """Start what goes on for ever, print the addresses, and wait for Ctrl-C."""
    restarted = say_restart(console)
    with ExitStack() as stack:
        serve = servers.child("serve", "--json", on_restart=restarted)
        _start(stack, serve)
        address = _wait_for_address(serve)
        _start(stack, servers.child("worker", on_restart=restarted))
        live = ["simulate", "--live", "--json", "--api", address, *options.town_arguments]
        simulate = servers.child(*live, on_restart=restarted)
        _start(stack, simulate)
        _wait_for_pages(address)
        console.print()
        console.print("The plan is approved for you, so that it can be driven:")
        console.print(f"  the operator's map   [bold link={address}/]{address}/[/]")
        for route in planning.plan.routes[:1]:
            page = f"{address}/routes/{route.id}"
            console.print(f"  a driver's route     [bold link={page}]{page}[/]")
        console.print(f"  unclaimed devices    {address}/devices")
        console.print(f"  the API              {address}/v1/openapi.json")
        console.print("\nThe sensors go on reporting, each about once an hour. Ctrl-C stops everything.")
        with suppress(KeyboardInterrupt), console.status("") as status:
            while True:
                status.update(
                    f"live: {simulate.report.get('acknowledged', 0):,} messages sent,"
                    f" {ingest.report.get('stored', 0):,} readings stored since the start"
                )
                time.sleep(1.0)


def _start(stack: ExitStack, child: Child) -> None:
    child.start()
    stack.callback(child.stop)


def _wait_for_address(serve: Child) -> str:
    deadline = time.monotonic() + START_TIMEOUT_S
    while "address" not in serve.report:
        if time.monotonic() > deadline:
            raise Unavailable("the pages did not start", remedy=f"its log says why: {serve.log}")
        time.sleep(0.05)
    return str(serve.report["address"])


def _wait_for_pages(address: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{address}/", timeout=2.0).status_code < 500:
                return
        time.sleep(0.1)
    raise Unavailable("the pages do not answer", where=address)
