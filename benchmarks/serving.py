"""Measure the stand-in: requests a second of one client, on one connection, on new ones, and by the official SDK."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import scaleapi
from scaleapi.tasks import TaskType
from sizes import FEWER_LINES
from timing import Row

REQUESTS = min(FEWER_LINES, 1_000)
HEADERS = {"Authorization": "Bearer any", "Content-Type": "application/json"}


def _rate(send: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(REQUESTS):
        send(number)
    return REQUESTS / (time.perf_counter() - began)


def rows() -> list[Row]:
    """Measure, against a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "paramcore", "serve"], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        # The server blocks when nobody reads the pipe that it logs to.
        threading.Thread(target=lambda: list(process.stdout), daemon=True).start()
        sdk = scaleapi.ScaleClient("any", api_instance_url=url)
        sdk.create_project("boxes", TaskType.ImageAnnotation, params={"padding": 1})
        host = urlsplit(url).netloc
        kept = http.client.HTTPConnection(host)

        def send(connection: http.client.HTTPConnection, number: int) -> None:
            if number % 2:
                connection.request("GET", "/v1/projects/boxes", headers=HEADERS)
            else:
                body = json.dumps({"project": "boxes", "attachment": "a"})
                connection.request("POST", "/v1/task/imageannotation", body, HEADERS)
            reply = connection.getresponse()
            assert reply.status == 200
            reply.read()

        def fresh(number: int) -> None:
            connection = http.client.HTTPConnection(host)
            send(connection, number)
            connection.close()

        rates = (_rate(lambda number: send(kept, number)), _rate(fresh), _rate(lambda _: sdk.get_project("boxes")))
        process.terminate()
    ways = ("one connection", "new ones", "official SDK")
    return [Row("the stand-in, one client", "requests a second", ways, rates, (500, 500, 500), more_is_better=True)]


if __name__ == "__main__":
    print(*rows(), sep="\n")
