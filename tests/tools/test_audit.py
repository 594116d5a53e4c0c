"""audit.sh: pip-audit's verdict on the locks, by a stand-in of OSV on loopback, and what is said without one."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import environments

HASH = f"--hash=sha256:{'0' * 64}"
KNOWN = {
    ("jinja2", "2.4.1"): {
        "id": "PYSEC-2014-8",
        "modified": "2021-07-05T00:01:22Z",
        "summary": "A cache in a folder that anyone can write to.",
        "affected": [
            {
                "package": {"name": "jinja2", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.7.2"}]}],
            }
        ],
    }
}


class Osv(BaseHTTPRequestHandler):
    """POST /v1/query, as in https://google.github.io/osv.dev/post-v1-query/"""

    asked: list[tuple[str, str]]
    status = 200

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        package = (query["package"]["name"], query["version"])
        self.asked.append(package)
        answer = json.dumps({"vulns": [KNOWN[package]]} if package in KNOWN else {}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture
def osv() -> Iterator[tuple[str, type[Osv]]]:
    """A stand-in of one's own: its URL, and what it was asked."""
    handler = type("OwnOsv", (Osv,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query", handler
        server.shutdown()


@pytest.fixture(scope="module")
def project(bake) -> Path:
    """The default project with what `make audit` installs, and nothing else."""
    project = bake.anew()
    environments.run(environments.UV, "venv", "--quiet", project / ".venv")
    environments.install(project, "audit")
    return project


@pytest.fixture
def pinned(project, tmp_path) -> Path:
    """A project of two packages, one of which has a known vulnerability."""
    folder = tmp_path / "a project"
    shutil.copytree(project / "byoc/tools/packages", folder / "byoc/tools/packages")
    (folder / ".venv").symlink_to(project / ".venv")
    for lock in (folder / "byoc/tools/packages").glob("*.txt"):
        lock.write_text("")
    (folder / "requirements").mkdir()
    (folder / "requirements/one.txt").write_text(f"jinja2==2.4.1 \\\n    {HASH}\n")
    other_system = f"jinja2==3.1.6 ; sys_platform == 'plan9' {HASH}"
    (folder / "requirements/two.txt").write_text(f"flask==3.1.2 {HASH}\n{other_system}\n")
    return folder


def audit(project: Path, url: str, *options: str) -> subprocess.CompletedProcess:
    command = [project / "byoc/tools/packages/audit.sh", *options]
    environment = os.environ | {"PIP_AUDIT_OSV_URL": url, "HOME": str(project.parent)}  # the home has a cache
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_every_package_of_every_lock_is_asked_for(project, osv):
    url, service = osv
    result = audit(project, url)
    assert (result.returncode, result.stdout) == (0, "No known vulnerabilities found\n"), result.stderr
    files = [*project.glob("requirements/*.txt"), *project.glob("byoc/tools/*/*.txt")]
    locks = "".join(lock.read_text() for lock in files)
    pins = re.findall(r"^([\w.-]+)(?:\[.*\])?==([^\s;]+)", locks, re.MULTILINE)
    assert sorted(service.asked) == sorted(set(pins))


def test_a_known_vulnerability_is_named_with_the_version_that_mends_it(pinned, osv):
    result = audit(pinned, osv[0])
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1].split() == ["jinja2", "2.4.1", "PYSEC-2014-8", "2.7.2"]
    assert "flask" not in result.stdout


def test_one_that_was_judged_harmless_can_be_passed_over(pinned, osv):
    assert audit(pinned, osv[0], "--ignore-vuln=PYSEC-2014-8").returncode == 0


def test_a_source_out_of_reach_is_no_good_news(pinned):
    result = audit(pinned, "http://127.0.0.1:9/v1/query")
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert "nothing was audited" in result.stderr and "http://127.0.0.1:9/v1/query" in result.stderr
    assert "Connection refused" in result.stderr


def test_a_source_that_fails_is_no_good_news(pinned, osv):
    osv[1].status = 503
    result = audit(pinned, osv[0])
    assert (result.returncode, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert "nothing was audited" in result.stderr


def test_what_is_missing_is_named_with_the_way_to_it(pinned):
    (pinned / ".venv").unlink()
    result = audit(pinned, "http://127.0.0.1:9/v1/query")
    assert (result.returncode, result.stderr.splitlines()) == (
        2,
        ["audit.sh: .venv/bin/pip-audit is missing; install it with: make audit"],
    )
