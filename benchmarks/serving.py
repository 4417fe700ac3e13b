"""How many requests a second does the stand-in answer to one client: over one connection, over new ones, by the official SDK?"""

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
from timing import Row

REQUESTS = 1_000
HEADERS = {"Authorization": "Bearer any", "Content-Type": "application/json"}


def _rate(ask: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(REQUESTS):
        ask(number)
    return REQUESTS / (time.perf_counter() - began)


def rows() -> list[Row]:
    """Measure, against a process of its own."""
    with subprocess.Popen([sys.executable, "-m", "paramcore", "serve"], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        # What it tells must be read, or it would wait.
        threading.Thread(target=lambda: list(process.stdout), daemon=True).start()
        sdk = scaleapi.ScaleClient("any", api_instance_url=url)
        sdk.create_project("boxes", TaskType.ImageAnnotation, params={"padding": 1})
        host = urlsplit(url).netloc
        kept = http.client.HTTPConnection(host)

        def ask(connection: http.client.HTTPConnection, number: int) -> None:
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
            ask(connection, number)
            connection.close()

        rates = (_rate(lambda number: ask(kept, number)), _rate(fresh), _rate(lambda _: sdk.get_project("boxes")))
        process.terminate()
    ways = ("one connection", "new ones", "official SDK")
    return [Row("the stand-in, one client", "requests a second", ways, rates, (500, 500, 500), more_is_better=True)]


if __name__ == "__main__":
    print(*rows(), sep="\n")
