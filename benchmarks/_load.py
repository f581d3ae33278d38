"""A light HTTP load: keep-alive connections, prepared requests, one process of its own.

The client must cost little beside the server, or it would hide the difference between two servers.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What a run did."""

    requests: int
    failures: int
    seconds: float
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def measure(port: int, paths: list[str], token: str | None, *, clients: int, seconds: float) -> Load:
    """Read `paths` at random for a while over `clients` connections, from another process."""
    order = {"port": port, "paths": paths, "token": token, "clients": clients, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    return Load(**json.loads(done.stdout))


async def _client(order: dict, until: float, times: list[float]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", order["port"])
    auth = f"Authorization: Bearer {order['token']}\r\n" if order["token"] else ""
    requests = [f"GET {path} HTTP/1.1\r\nHost: x\r\n{auth}\r\n".encode() for path in order["paths"]]
    failures = 0
    while (begun := time.perf_counter()) < until:
        writer.write(random.choice(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        failures += not head.startswith(b"HTTP/1.1 200")
        times.append(time.perf_counter() - begun)
    writer.close()
    return failures


async def _run(order: dict) -> Load:
    times: list[float] = []
    begun = time.perf_counter()
    until = begun + order["seconds"]
    failures = sum(await asyncio.gather(*(_client(order, until, times) for _ in range(order["clients"]))))
    spent = time.perf_counter() - begun
    times.sort()
    return Load(
        len(times), failures, spent, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3
    )


if __name__ == "__main__":
    import dataclasses

    print(json.dumps(dataclasses.asdict(asyncio.run(_run(json.load(sys.stdin))))))
