"""Serve the API (/v1) and the pages: the map at /, each route for its driver, and the devices."""

from __future__ import annotations

import argparse
import json
import socket

from deploy.services import municipality, open_database
from deploy.settings import Settings
from domain.errors import Unavailable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("--port", type=int, help="port to listen on; default: HALFVOL_HTTP_PORT")
    parser.add_argument("--json", action="store_true", help="print the address as one line of JSON")


def run(arguments: argparse.Namespace, settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    import uvicorn  # noqa: PLC0415  (slow to import: not for --help)

    from api.app import create_app  # noqa: PLC0415
    from api.settings import ApiSettings  # noqa: PLC0415
    from deploy.uplink_push import UplinkPush  # noqa: PLC0415
    from ingest.sensors import PROFILES  # noqa: PLC0415

    port = settings.http_port if arguments.port is None else arguments.port
    with listen(settings.http_host, port) as listener, open_database(settings) as database:
        owner = municipality(database, settings)
        api_settings = ApiSettings(
            municipality_code=owner.code,
            plan_time_limit_s=settings.plan_time_limit_s,
            reporting_intervals_s={model: profile.reporting_interval_s for model, profile in PROFILES.items()},
        )
        app = create_app(database, api_settings, accept_uplink=UplinkPush(database))
        host, port = listener.getsockname()[:2]
        address = f"http://{host}:{port}"
        told = json.dumps({"address": address}) if arguments.json else f"Halfvol serves {owner.name} on {address}/"
        print(told, flush=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level=settings.log_level, access_log=False))
        server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises
    ------
    Unavailable
        When the port is taken, may not be used, or the host is not of this machine.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
    except socket.gaierror:
        raise Unavailable(f"there is no address {host}", remedy="mend HALFVOL_HTTP_HOST") from None
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        what = f"cannot listen on {host}:{port} ({error.strerror})"
        raise Unavailable(what, remedy="choose another port with HALFVOL_HTTP_PORT, or end what uses it") from None
    return listener
