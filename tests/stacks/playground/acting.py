"""A project behind `serve_local.sh`, and what a person does and sees on its page."""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

from console import Command, Session

ACCEPT = 'application/json; output="predicted_label,probabilities"'
ROWS = "5.1,3.5,1.4,0.2\n5.7,2.8,4.5,1.3\n6.0,2.7,5.1,1.6"


class Answer(NamedTuple):
    status: int
    body: str


class Server(NamedTuple):
    """`serve_local.sh` of `project`, at `url`."""

    project: Path
    url: str

    def post(self, body: bytes, content_type: str = "text/csv", accept: str = ACCEPT) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.request("POST", "/invocations", body, {"Content-Type": content_type, "Accept": accept})
        response = connection.getresponse()
        return Answer(response.status, response.read().decode())


@contextmanager
def served(project: Path) -> Iterator[Server]:
    """The project's server, which answers and has said where."""
    with Session(project) as session:
        server = Server(project, f"http://127.0.0.1:{session.port}/")
        session.run(Command("local_test/serve_local.sh", ["open http://127.0.0.1:8080/ in a browser …", "…"]))
        wait_for(server)
        yield server


def wait_for(server: Server) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            return server.post(b"")
        except OSError:
            assert time.monotonic() < deadline, f"nothing answers at {server.url}"
            time.sleep(0.1)


def predict(page: Page) -> None:
    """Press the button, and wait for the answer."""
    page.evaluate("document.getElementById('told').textContent = ''")
    page.get_by_role("button", name="Predict").click()
    page.get_by_text("Status ").wait_for()


def came(page: Page) -> str:
    """The answer's body as the page shows it, or the sentence in its place."""
    return page.locator("#raw" if page.locator("#fault").is_hidden() else "#fault").text_content()


def drawn(page: Page) -> list[list[str]]:
    """The table's cells, row by row."""
    return [row.locator("th, td").all_text_contents() for row in page.locator("#table tr").all()]


def shares(probabilities: list[float]) -> list[str]:
    return [f"{share:.4g}" for share in probabilities]


def in_view(element: Locator) -> bool:
    """Whether all of it is to be seen without scrolling; a pixel may be lost in rounding."""
    box = element.bounding_box()
    return box["y"] >= -1 and box["y"] + box["height"] <= element.page.viewport_size["height"] + 1
