"""A package index and a Debian archive on this machine, of one tiny package each, that ask for a password."""

import base64
import gzip
import hashlib
import http.server
import io
import socket
import subprocess
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_network

USER, PASSWORD = "someone", "hunter2-is-no-secret-elsewhere"
CONTROL = (
    "Package: private-tool\nVersion: 1.0\nArchitecture: all\nMaintainer: Nobody <nobody@localhost>\nDescription: none\n"
)


@dataclass(frozen=True)
class Private:
    """Where it answers, as a container of the engine sees it, and the hash that a lock pins its wheel with."""

    host: str
    wheel_hash: str


@contextmanager
def running() -> Iterator[Private]:
    """Serve both on the address where containers reach this machine."""
    wheel, package = make_wheel(), make_debian_package()
    name = "private_demo-1.0-py3-none-any.whl"
    index = (
        f"{CONTROL}Filename: ./private-tool.deb\nSize: {len(package)}\nSHA256: {hashlib.sha256(package).hexdigest()}\n"
    )
    files = {
        "/simple/private-demo/": f'<a href="/{name}">{name}</a>'.encode(),
        f"/{name}": wheel,
        "/debian/./Packages.gz": gzip.compress(index.encode()),
        "/debian/./private-tool.deb": package,
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            allowed = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
            known = self.headers["Authorization"] == allowed
            body = files.get(self.path) if known else None
            self.send_response(401 if not known else 404 if body is None else 200)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.send_header("Content-Type", "text/html" if self.path.endswith("/") else "application/octet-stream")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *arguments) -> None:
            pass

    with http.server.ThreadingHTTPServer((bridge(), 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Private("{}:{}".format(*server.server_address), hashlib.sha256(wheel).hexdigest())
        server.shutdown()


def bridge() -> str:
    """The machine's address on the engine's own network; on loopback where the engine is in a machine of its own."""
    command = ["docker", "network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}"]
    network = ip_network(subprocess.check_output(command, text=True).strip())  # an engine may not tell the gateway
    address = str(next(network.hosts()))
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return "127.0.0.1"
    return address


def make_wheel(name: str = "private-demo", version: str = "1.0") -> bytes:
    """A wheel of one empty module."""
    content = io.BytesIO()
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(f"{module}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return content.getvalue()


def make_debian_package() -> bytes:
    """A package of one file, as deb(5) tells: an archive of ar with two of tar."""
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": tar({"control": CONTROL}),
        "data.tar.gz": tar({"opt/private-tool": "here\n"}),
    }
    content = b"!<arch>\n"
    for name, body in members.items():
        content += (
            f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode() + body + b"\n" * (len(body) % 2)
        )
    return content


def tar(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()
