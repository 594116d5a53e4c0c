"""Amazon ECR on loopback, and a project that pushes to it.

moto's server answers the AWS calls, and Debian's docker-registry keeps the images.
"""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto.ecr.models import Repository
from moto.server import ThreadedMotoServer

PROJECT = Path(__file__).parents[2] / "{{cookiecutter.project_slug}}"
SCRIPTS = ("deploy", "byoc/tools/image")
REGION = "eu-west-1"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

# What moto's GetAuthorizationToken hands out for its account, and bcrypt of it for the registry: only a script that
# really logged in can push.
USER, PASSWORD = "AWS", "123456789012-auth-token"
HTPASSWD = f"{USER}:$2b$04$oGnQ2CEvqOqdeWtRorKwLuK6ihXUR.LPzLVUsjnCNaIeFPQuxYdJ2\n"


def leading_to(endpoint: str) -> dict[str, str]:
    """The environment in which the AWS CLI and boto3 call this URL, and no other."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


@dataclass(frozen=True)
class Ecr:
    """The registry's `host:port` and the URL of the AWS API in front of it."""

    registry: str
    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What leads the AWS CLI here, and nowhere else."""
        return leading_to(self.endpoint)

    def client(self, service: str):
        """A boto3 client of the stand-in."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, REGION, endpoint_url=self.endpoint, **keys)

    def repositories(self) -> list[str]:
        """The names of all ECR repositories in `REGION`."""
        return [found["repositoryName"] for found in self.client("ecr").describe_repositories()["repositories"]]

    def manifest(self, name: str, tag: str) -> tuple[str, dict]:
        """The media type and the manifest that the registry holds for `name:tag`, whatever the kind."""
        accept = f"{DOCKER_MANIFEST}, {DOCKER_LIST}, {OCI_MANIFEST}, {OCI_INDEX}"
        response = self._call(f"{name}/manifests/{tag}", headers={"Accept": accept})
        return response.headers["Content-Type"], json.load(response)

    def config(self, name: str, manifest: dict) -> dict:
        """The image configuration that an image manifest names."""
        return json.load(self._call(f"{name}/blobs/{manifest['config']['digest']}"))

    def put_manifest(self, name: str, tag: str, media_type: str, content: dict) -> dict:
        """Push a manifest whose blobs or manifests are there; returns the descriptor an index would name it by."""
        body = json.dumps({"schemaVersion": 2, "mediaType": media_type, **content}).encode()
        self._call(f"{name}/manifests/{tag}", headers={"Content-Type": media_type}, data=body, method="PUT")
        return {"mediaType": media_type, "digest": f"sha256:{hashlib.sha256(body).hexdigest()}", "size": len(body)}

    def _call(self, path: str, *, headers: dict[str, str] | None = None, **request):
        password = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {password}", **(headers or {})}
        url = f"http://{self.registry}/v2/{path}"
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers, **request), timeout=10)


@dataclass(frozen=True)
class Project:
    """A project with the deploy scripts and a tiny image, whose `name` no other test uses."""

    folder: Path
    name: str
    environment: dict[str, str]

    @classmethod
    def make(cls, parent: Path, ecr: Ecr) -> "Project":
        """Write the project to a folder whose name holds a blank; its Docker and AWS settings are its own."""
        folder = parent / "a project"
        copy_scripts(folder)
        name = f"push-test/{uuid.uuid4().hex}"
        (folder / "Dockerfile").write_text(f"FROM scratch\nCOPY Dockerfile /\nLABEL push-test={name}\n")
        (parent / "docker").mkdir()
        plugins = {"cliPluginsExtraDirs": [str(Path.home() / ".docker" / "cli-plugins")]}
        (parent / "docker" / "config.json").write_text(json.dumps(plugins))
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PLATFORM"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"HOME": str(parent), "DOCKER_CONFIG": str(parent / "docker"), "PATH": path}
        return cls(folder, name, {**inherited, **ecr.environment, **own})

    def run(self, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Run a script of deploy/ or byoc/tools/image/ from another directory."""
        [path] = (self.folder / folder / script for folder in SCRIPTS if (self.folder / folder / script).exists())
        return self._run([str(path), *arguments], environment)

    def call(self, function: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Call one function of build_and_push.sh."""
        script = str(self.folder / "deploy" / "build_and_push.sh")
        return self._run(["bash", "-c", 'source "$1"; "${@:2}"', "bash", script, function, *arguments], environment)

    def _run(self, command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
        environment = {**self.environment, **environment}
        where = {"cwd": self.folder.parent, "env": environment, "timeout": 300}
        return subprocess.run(command, **where, capture_output=True, text=True, check=False)

    def extend_dockerfile(self, line: str) -> None:
        with (self.folder / "Dockerfile").open("a") as dockerfile:
            dockerfile.write(f"{line}\n")

    def remove_images(self) -> None:
        """Remove what the scripts left in the engine."""
        made = ["docker", "image", "ls", "--quiet", "--filter", f"label=push-test={self.name}"]
        if images := set(subprocess.check_output(made, text=True).split()):
            subprocess.run(["docker", "image", "rm", "--force", *images], capture_output=True, check=True)


def copy_scripts(project: Path) -> None:
    """Those that build, label, pin and push an image."""
    for folder in SCRIPTS:
        shutil.copytree(PROJECT / folder, project / folder)


@contextmanager
def running_ecr(folder: Path) -> Iterator[Ecr]:
    """Run the stand-in, with its files in `folder`."""
    with running_registry(folder) as registry, pytest.MonkeyPatch.context() as patch:
        # The one liberty: AWS names its own registry here, and the scripts must follow what the API answers.
        uri = property(lambda repository: f"{registry}/{repository.name}", lambda repository, value: None)
        patch.setattr(Repository, "uri", uri, raising=False)
        with running_moto() as endpoint:
            yield Ecr(registry, endpoint)


@contextmanager
def running_moto() -> Iterator[str]:
    """Run moto's server on a free port of loopback; yields its URL."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@contextmanager
def running_registry(folder: Path) -> Iterator[str]:
    """Run docker-registry on a free port of loopback; yields its `host:port`."""
    if not shutil.which("docker-registry"):
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("no registry to push to: install Debian's docker-registry (apt-get install docker-registry)")
    (folder / "htpasswd").write_text(HTPASSWD)
    config = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": "127.0.0.1:0"},
        "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}},
    }
    (folder / "config.yml").write_text(json.dumps(config))  # JSON is YAML
    command = ["docker-registry", "serve", str(folder / "config.yml")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield answering(process, folder / "log")
    finally:
        process.terminate()
        process.wait(timeout=10)


def answering(process: subprocess.Popen, log: Path) -> str:
    """The registry's `host:port`, once it asks for a password; fail with its log if it does not within 30 seconds."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if listening := re.search(r"listening on (127\.0\.0\.1:[0-9]+)", log.read_text()):
            try:
                urllib.request.urlopen(f"http://{listening[1]}/v2/", timeout=5)
            except urllib.error.HTTPError as error:
                assert error.code == 401
                return listening[1]
            except OSError:
                pass  # not yet
        time.sleep(0.1)
    pytest.fail(f"docker-registry does not answer:\n{log.read_text()}")
