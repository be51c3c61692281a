"""A browser's worth of HTTP: cookies, CSRF, one kept connection."""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Callable
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Client:
    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> tuple[int, str]:
        """(status, text) of a request; redirects are not followed."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        data = None
        if body is not None:
            data = urlencode({"csrfmiddlewaretoken": self.token, **body})
            headers |= {"Content-Type": "application/x-www-form-urlencoded",
                        "Referer": f"http://127.0.0.1{path}"}  # fmt: skip
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        if found := TOKEN.search(text):
            self.token = found[1]
        return answer.status, text

    def log_in(self, name: str, password: str) -> None:
        self.ask("GET", "/masuk/")
        status, _ = self.ask("POST", "/masuk/", {"username": name, "password": password})
        assert status == 302, f"{name} could not log in: {status}"

    def timed(self, method: str, path: str, body: dict[str, object] | None, good: int) -> float:
        """Seconds of a request. Raises AssertionError for another answer than expected."""
        start = time.perf_counter()
        status, text = self.ask(method, path, body)
        took = time.perf_counter() - start
        assert status == good, f"{method} {path}: {status}\n{text[:500]}"
        return took


def alternate(rounds: int, *tasks: Callable[[], float]) -> list[float]:
    """Medians in seconds of tasks done in turn, so that a slow moment hits all alike."""
    for task in tasks:
        task()
    taken = [[task() for task in tasks] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken, strict=True)]
