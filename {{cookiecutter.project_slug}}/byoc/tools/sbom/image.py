"""Files of an image, read without running it: it may be for another processor, or lack Python."""

import json
import posixpath
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from typing import IO

WANTED = re.compile(
    r"etc/os-release|usr/lib/os-release|var/lib/dpkg/status|usr/share/doc/[^/]+/copyright"
    r"|.*\.dist-info/METADATA|.*\.egg-info/PKG-INFO|.*\.egg-info"
    r"|usr/local/include/python3\.\d+/patchlevel\.h|opt/program/.*"
)


@dataclass
class Contents:
    """The files that tell of packages and the program, and where symbolic links lead; paths have no leading slash."""

    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """A file's content, found through links of it and of its folder, too; b"" where there is none."""
        folder, name = posixpath.split(path)
        path = posixpath.join(self.links.get(folder, folder), name)
        return self.files.get(self.links.get(path, path), b"")


def inspect(image: str) -> dict:
    """What the engine tells of the image."""
    return json.loads(docker("image", "inspect", image))[0]


def contents(image: str) -> Contents:
    """The image's files, all layers laid over each other."""
    container = docker("create", image, "never-run").strip()
    try:
        with subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as exporting:
            return read(exporting.stdout)
    finally:
        docker("rm", container)


def read(stream: IO[bytes]) -> Contents:
    """What is wanted of a tar archive of a whole file system."""
    found = Contents()
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            path = posixpath.normpath(member.name)
            if member.issym():
                found.links[path] = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.linkname)).lstrip(
                    "/"
                )
            elif member.isfile() and WANTED.fullmatch(path):
                found.files[path] = archive.extractfile(member).read()
    return found


def docker(*arguments: str) -> str:
    """What a docker command prints; ends the program with docker's own words where it fails."""
    try:
        return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        sys.exit("sbom: docker is not on the PATH; install it: https://docs.docker.com/get-started/get-docker/")
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.split())
        sys.exit(f"sbom: docker {' '.join(arguments)} failed; is there such an image in `docker image ls`? {said}")
