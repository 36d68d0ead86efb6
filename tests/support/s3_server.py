"""A real S3-compatible server on this machine: SeaweedFS, with one bucket and one key."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_LIMIT_S = 300
ACCESS, SECRET, BUCKET = "test-access", "test-secret-key", "attachments"


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, below the range from which the system picks those of clients."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in range(21_000, 30_000, 7):
            listener = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                listener.bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError("no free ports")


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, Any]]:
    """Start the server; yields the settings with which GridGov uses it."""
    keys = folder / "keys.json"
    identity = {
        "name": "gridgov",
        "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    keys.write_text(json.dumps({"identities": [identity]}))
    names = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
             "filer.port.grpc", "s3.port", "s3.port.grpc")  # fmt: skip
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    weed = Path(sys.executable).with_name("weed")
    command = [
        str(weed), "-logtostderr=true", "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        "-filer", "-s3",
        f"-s3.config={keys}", "-volume.max=8", "-master.volumeSizeLimitMB=64", "-master.telemetry=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            endpoint = f"http://127.0.0.1:{ports['s3.port']}"
            settings = {
                "attachments": f"s3://{BUCKET}/photos",
                "s3_endpoint": endpoint,
                "s3_access_key": ACCESS,
                "s3_secret_key": SECRET,
            }
            _wait(process, endpoint)
            yield settings
        finally:
            # It holds nothing worth an orderly end, which takes it many seconds.
            process.kill()
            process.wait(timeout=20)
            for port in ports.values():
                for left in Path(tempfile.gettempdir()).glob(f"seaweedfs-*-{port}.sock"):
                    left.unlink(missing_ok=True)


def _wait(process: subprocess.Popen[bytes], endpoint: str) -> None:
    """Until something can be stored, which also makes the bucket."""
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        config={
            "endpoint": endpoint, "region": "us-east-1", "access_key_id": ACCESS, "secret_access_key": SECRET,
            "virtual_hosted_style_request": False,
        },
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )  # fmt: skip
    deadline = time.monotonic() + START_LIMIT_S
    while True:
        try:
            store.put("ready", b"1")
            return
        except (BaseError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
