"""Where `serve` listens: on the address that it is given, and on Unix sockets whose paths the system takes."""

import os
import socket
import tempfile

import pytest

from byoc.errors import SettingError
from byoc.serving import processes
from serving import Server, wait_until
from serving_models import Models


@pytest.fixture
def long_folder(tmp_path):
    """A folder for temporary files whose path has more bytes than a Unix socket's may have."""
    folder = tmp_path / ("t" * 69) / ("t" * 69)
    folder.mkdir(parents=True)
    return folder


def test_a_long_tmpdir_is_no_fault(front, trained, payload, long_folder, tmp_path):
    with Server(front, trained.base, tmp_path / "log", TMPDIR=long_folder) as server:
        assert server.ready().request("POST", "/invocations", payload, Content_Type="text/csv").status == 200


def test_a_long_tmpdir_is_no_fault_of_a_multi_model_endpoint(front, two_models, payload, long_folder, tmp_path):
    with Server(front, two_models, tmp_path / "log", TMPDIR=long_folder, SAGEMAKER_MULTI_MODEL="true") as server:
        models = Models(server.ready(), two_models)
        assert models.load("m").status == 200
        assert models.invoke("m", payload).status == 200


def test_a_tmpdir_that_is_too_long_is_named_where_there_is_no_other_folder(long_folder, monkeypatch):
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(long_folder))
    assert processes.short_folder() == "/tmp"
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SettingError, match=f"TMPDIR='{long_folder}' is too long .* at most 53 bytes$"):
        processes.short_folder()


def test_it_listens_on_the_address_that_it_is_given(front, trained, tmp_path):
    with Server(front, trained.base, tmp_path / "log", BYOC_BIND_ADDRESS="127.0.0.2") as server:
        wait_until(lambda: server.process.poll() is not None or "listening on port" in server.log)
        socket.create_connection(("127.0.0.2", server.port), timeout=10).close()
        assert not server.accepts()  # at 127.0.0.1


@pytest.mark.parametrize("address", ["192.0.2.1", "nowhere.invalid", "x" * 70, "::1"])
def test_an_address_that_the_machine_has_not_is_named(front, trained, tmp_path, address):
    with Server(front, trained.base, tmp_path / "log", BYOC_BIND_ADDRESS=address) as server:
        assert server.process.wait(30) == 1
        assert server.log.startswith(f"serve: BYOC_BIND_ADDRESS={address!r} cannot be used: ")
        assert server.log.count("\n") == 1
