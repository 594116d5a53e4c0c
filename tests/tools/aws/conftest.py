"""`deploy/sagemaker` in this process, from its source, on AWS's stand-in."""

import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import byoc.tools.aws.context as context_module
from aws import REGION, leading_to, running_moto
from aws_project import written
from byoc.tools.aws.__main__ import main
from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing answers there


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """moto's server; it says no price, as it has no Pricing API."""
    with running_moto() as endpoint:
        yield endpoint


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account, to which the environment leads; clients of a test's own."""
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST"), timeout=30).close()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**leading_to(moto), "AWS_ENDPOINT_URL_PRICING": NOWHERE}.items():
        monkeypatch.setenv(name, value)
    return Account(REGION)


@dataclass
class Ended:
    """How a verb ended: its exit code, what it printed, the calls that it made."""

    status: int
    out: str
    err: str
    calls: list[Call] = field(default_factory=list)

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def made(self) -> list[str]:
        """The calls, each `service:Operation`."""
        return [call.name for call in self.calls]


@pytest.fixture
def sagemaker_toml(bake, tmp_path: Path) -> Path:
    """The default project's, in a folder of its own, with what its channels name."""
    file = written(tmp_path, "")
    file.write_text((bake() / "sagemaker.toml").read_text())
    return file


@pytest.fixture
def sagemaker(aws, sagemaker_toml, monkeypatch, capsys) -> Callable[..., Ended]:
    """`sagemaker("role", "--plan")` runs a verb on `sagemaker_toml`."""
    accounts: list[Account] = []

    class Remembered(Account):
        def __init__(self, region: str):
            super().__init__(region)
            accounts.append(self)

    monkeypatch.setattr(context_module, "Account", Remembered)

    def run(*arguments: str) -> Ended:
        accounts.clear()
        capsys.readouterr()
        status = main([*arguments, "--file", str(sagemaker_toml)])
        printed = capsys.readouterr()
        return Ended(status, printed.out, printed.err, [call for each in accounts for call in each.performed])

    return run
