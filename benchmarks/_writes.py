"""A light load of updates: each client has rows of its own and sends the version it last got.

Like `_load`, in a process of its own, so that the client costs little beside the server.
"""

import asyncio
import json
import subprocess
import sys
import time

from _load import Load

DAYS = ("2027-03-01", "2027-03-02")
NOTE = "Asistió a la entrevista; se acordó otro día."


def measure(
    port: int, paths: list[str], token: str | None, versions: dict[str, int], *, clients: int, seconds: float
) -> tuple[Load, dict[str, int]]:
    """Update `paths` in turn for a while; the load, and the version each path is at afterwards."""
    order = {
        "port": port, "paths": paths, "token": token, "versions": versions, "clients": clients,
        "seconds": seconds,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    load, after = json.loads(done.stdout)
    return Load(**load), after


async def _client(order: dict, paths: list[str], until: float, times: list[float]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", order["port"])
    auth = f"Authorization: Bearer {order['token']}\r\n" if order["token"] else ""
    versions, failures, at = order["versions"], 0, 0
    while (begun := time.perf_counter()) < until:
        path = paths[at % len(paths)]
        version = versions.get(path, 1)
        body = json.dumps({"note": NOTE, "due_on": DAYS[version % 2]})
        writer.write(
            f'PATCH {path} HTTP/1.1\r\nHost: x\r\n{auth}If-Match: "{version}"\r\n'
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
        if head.startswith(b"HTTP/1.1 200"):
            versions[path] = version + 1
        else:
            failures += 1
        at += 1
        times.append(time.perf_counter() - begun)
    writer.close()
    return failures


async def _run(order: dict) -> Load:
    times: list[float] = []
    begun = time.perf_counter()
    until = begun + order["seconds"]
    count = order["clients"]
    shares = [order["paths"][number::count] for number in range(count)]
    failures = sum(await asyncio.gather(*(_client(order, share, until, times) for share in shares)))
    spent = time.perf_counter() - begun
    times.sort()
    return Load(
        len(times), failures, spent, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3
    )


if __name__ == "__main__":
    import dataclasses

    given = json.load(sys.stdin)
    print(json.dumps([dataclasses.asdict(asyncio.run(_run(given))), given["versions"]]))
