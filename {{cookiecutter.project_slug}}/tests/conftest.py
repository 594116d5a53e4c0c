"""What the tests share: the example's model, trained once, and a way to ask it without a server."""

from collections.abc import Callable

import pytest

import predictor
from byoc.serving.predictor import Predictor
from byoc.serving.response import Response
from byoc.settings import Settings
from example import CONTENT_TYPE, Training, advice


def pytest_report_header() -> list[str]:
    return advice()


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Training:
    training = Training(tmp_path_factory.mktemp("trained") / "ml")
    assert training.exit_code == 0, training.log
    return training


@pytest.fixture(scope="session")
def ask(trained) -> Callable[..., Response]:
    """Have the model answer a request: `ask(body, content_type, accept)`, of which the last two may be left out."""
    model = Predictor(trained.paths.model, Settings.from_environment({}), predictor)

    def ask(body: bytes, content_type: str = CONTENT_TYPE, accept: str = "") -> Response:
        response = model.respond(body, content_type, accept)
        whole = response.body if isinstance(response.body, bytes) else b"".join(response.body)  # it may be streamed
        return response._replace(body=whole)

    return ask
