"""A started program: a training run that has ended, or a server that is ready."""

from dataclasses import dataclass, field
from typing import Any

from .http_client import Address, Answer, ask
from .ml_folder import MlFolder
from .outcome import must
from .sample import Sample
from .targets.program import Program


@dataclass
class Run:
    """A training run that has ended."""

    code: int
    output: str
    last_line: str
    folder: MlFolder
    seconds: float

    @property
    def failure(self) -> str:
        """The failure file's text; raises NotHeld if there is none."""
        must(self.folder.failure.is_file(), f"exit code {self.code}, but there is no /opt/ml/output/failure")
        return self.folder.failure.read_bytes().decode(errors="replace")

    def must_succeed(self, how: str = "") -> None:
        must(self.code == 0, f"exit code {self.code}{how and f' {how}'}: {self.last_line}")
        must(any(self.folder.model.iterdir()), f"exit code 0{how and f' {how}'}, but /opt/ml/model is empty")


@dataclass
class Server:
    """A program that has answered a ping with 200."""

    program: Program
    address: Address
    sample: Sample
    seconds_to_ready: float = 0
    first_ping: float = 0
    statuses: set[int] = field(default_factory=set)

    def ask(self, method: str, path: str, body: Any = None, seconds: float = 30, **headers: str) -> Answer:
        """`Content_Type="text/csv"` sends that header."""
        return ask(self.address, method, path, body, {k.replace("_", "-"): v for k, v in headers.items()}, seconds)

    def predict(self, body: Any = None, seconds: float = 60, **headers: str) -> Answer:
        """Post the sample, or another body of its type, to /invocations."""
        sent = {"Content_Type": self.sample.content_type, "Accept": self.sample.accept} | headers
        sent = {name: value for name, value in sent.items() if value}
        return self.ask("POST", "/invocations", self.sample.body if body is None else body, seconds, **sent)

    def must_predict(self, body: Any = None, **headers: str) -> Answer:
        """The answer to the sample; raises NotHeld unless it is 200 and, if known, the one expected."""
        answer = self.predict(body, **headers)
        must(answer.status == 200, f"POST /invocations → {answer.brief()}")
        if body is None:
            self.sample.must_be_expected(answer)
        return answer
