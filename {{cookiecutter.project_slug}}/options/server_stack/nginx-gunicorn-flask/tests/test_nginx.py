"""What `serve` makes of nginx.conf: timeouts and the length of the queue (S-45, S-49, B-08)."""

import re
from pathlib import Path

from serving import Server
from stack import no_nginx

pytestmark = no_nginx


def test_a_batch_job_has_an_hour(trained, tmp_path):
    with Server(trained.base, "nginx", tmp_path / "log", SAGEMAKER_BATCH="true") as server:
        arguments = server.ready().child("gunicorn").cmdline()
        assert arguments[arguments.index("--timeout") + 1] == "3600"
        (conf,) = Path(server.child("nginx").cwd()).glob("nginx.conf")
        assert set(re.findall(r"proxy_(?:read|send)_timeout (\w+)", conf.read_text())) == {"3600s", "1s"}


def test_the_queue_is_as_long_as_it_is_set(trained, tmp_path):
    settings = {"SAGEMAKER_MODEL_JOB_QUEUE_SIZE": 7, "SAGEMAKER_MODEL_SERVER_WORKERS": 2}
    with Server(trained.base, "nginx", tmp_path / "log", SAGEMAKER_MODEL_SERVER_THREADS=3, **settings) as server:
        conf = Path(server.ready().child("nginx").cwd()) / "nginx.conf"
        assert "limit_conn under_way 13;" in conf.read_text()
