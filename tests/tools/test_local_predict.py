"""local_test/predict.sh, as a person runs it: from anywhere, on files of any kind, with a proxy set."""

import http.server
import socket
import threading
from pathlib import Path

import pytest

from local_scripts import assert_one_line, free_port, run


def test_predicting_without_a_server_says_how_to_start_one(project):
    result = run(project, "predict.sh", "payload.csv", PORT=free_port())
    assert_one_line(result, "nothing answers", "serve_local.sh")


def answering(project: Path, port: str, status: int = 200):
    """A server that answers with the content type of each request."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(self.headers["Content-Type"].encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_predicting_asks_this_machine_whatever_proxy_there_is(project, variable):
    port = free_port()
    with answering(project, port):
        result = run(project, "predict.sh", "payload.csv", PORT=port, **{variable: f"http://127.0.0.1:{free_port()}"})
    assert (result.returncode, result.stdout, result.stderr) == (0, "text/csv", "")


@pytest.mark.parametrize(
    ("name", "arguments", "content_type"),
    [
        ("rows.json", [], "application/json"),
        ("rows.JSONL", [], "application/jsonlines"),
        ("rows.npy", [], "application/x-npy"),
        ("rows.parquet", [], "application/x-parquet"),
        ("rows.csv", [], "text/csv"),
        ("rows", [], "text/csv"),
        ("rows.json", ["text/plain"], "text/plain"),
    ],
)
def test_the_content_type_is_what_the_files_name_tells_unless_given(project, tmp_path, name, arguments, content_type):
    (tmp_path / name).write_text("{}")
    port = free_port()
    with answering(project, port):
        assert run(project, "predict.sh", name, *arguments, cwd=tmp_path, PORT=port).stdout == content_type


def test_a_server_that_closes_without_an_answer_is_not_called_absent(project):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: listener.accept()[0].close(), daemon=True).start()
        result = run(project, "predict.sh", "payload.csv", PORT=str(listener.getsockname()[1]))
    assert_one_line(result, "gave no answer")
    assert "start the server" not in result.stderr


def test_predicting_a_file_that_is_not_there_names_it(project):
    assert_one_line(run(project, "predict.sh", "no such file.csv"), "no such file.csv")
