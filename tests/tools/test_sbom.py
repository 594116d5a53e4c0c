"""byoc.tools.sbom: the bill of materials of an image holds what the image does, in CycloneDX's form."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

import environments
from console import Session, commands

IMAGE = "byoc-template-sbom"
MADE = "byoc-template-sbom-made"
OS_RELEASE = 'ID=debian\nVERSION_ID="13"\n'
STATUS = """\
Package: libgcc-s1
Status: install ok installed
Architecture: arm64
Source: gcc-14 (14.2.0-19)
Version: 14.2.0-19+b1
Description: GCC support library
 More of it.

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1
"""
COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
License: GPL-3+ with GCC exception

Files: a
License: Expat

Files: b
License: LGPL-2.1+
"""
FILES = {
    "usr/lib/os-release": OS_RELEASE,
    "var/lib/dpkg/status": STATUS,
    "usr/share/doc/gcc-14-base/copyright": COPYRIGHT,
    "usr/local/include/python3.13/patchlevel.h": '#define PY_VERSION              "3.13.9"\n',
    "usr/lib/python3/dist-packages/Some_Name-1.2.egg-info": "Name: Some_Name\nVersion: 1.2\nLicense: BSD\n",
    "opt/venv/lib/python3.13/site-packages/some_name-1.2.dist-info/METADATA": "Name: some-name\nVersion: 1.2\n",
    "opt/venv/lib/python3.13/site-packages/a-2.dist-info/METADATA": "Name: a\nVersion: 2\nLicense-Expression: MIT\n",
    "opt/program/train": "#!/usr/bin/env python3\n",
}
LINKS = {"etc/os-release": "../usr/lib/os-release", "usr/share/doc/libgcc-s1": "gcc-14-base"}
DOCKERFILE = """\
FROM scratch
LABEL org.opencontainers.image.title="made" org.opencontainers.image.revision="abc"
COPY root /
"""
INSIDE = """\
import importlib.metadata, json
names = sorted({(each.name.lower().replace("_", "-").replace(".", "-"), each.version)
    for each in importlib.metadata.distributions()})
print(json.dumps(names))
"""
CACHES = "$HOME/.cache /tmp /var/tmp /var/cache/apt/archives /var/lib/apt/lists /var/cache/pip /requirements"

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def project(bake) -> Path:
    """The default project with what `make sbom` installs, and nothing else."""
    project = bake.anew(project_slug=IMAGE)
    environments.run(environments.UV, "venv", "--quiet", project / ".venv")
    environments.install(project, "audit")
    (project / ".venv/bin/pip-audit").touch()
    return project


def checked(project: Path) -> dict:
    """The bill of materials that was written, whose form is CycloneDX's."""
    bill = json.loads((project / "sbom.cdx.json").read_text())
    validator(project).validate(bill)
    return bill


def validator(project: Path) -> Draft7Validator:
    """Of CycloneDX's own schemas, which the library has."""
    [folder] = project.glob(".venv/lib/*/site-packages/cyclonedx/schema/_res")
    root = "http://cyclonedx.org/schema/"
    schemas = [(root + file.name, json.loads(file.read_text())) for file in folder.glob("*.schema.json")]
    registry = Registry().with_resources((name, DRAFT7.create_resource(schema)) for name, schema in schemas)
    return Draft7Validator({"$ref": f"{root}bom-1.6.SNAPSHOT.schema.json"}, registry=registry)


def by_purl(bill: dict) -> dict[str, dict]:
    return {component["purl"]: component for component in bill["components"] if "purl" in component}


def licences(component: dict) -> list[str]:
    return [each["license"].get("id") or each["license"]["name"] for each in component.get("licenses", [])]


@pytest.fixture(scope="module")
def made(project, tmp_path_factory) -> Iterator[dict]:
    """What is told of an image for arm64 that holds no program that could be run."""
    folder = tmp_path_factory.mktemp("made")
    for name, content in FILES.items():
        (folder / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "root" / name).write_text(content)
    for name, target in LINKS.items():
        (folder / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "root" / name).symlink_to(target)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    options = ["--quiet", "--platform=linux/arm64", "--provenance=false", "--output=type=docker", f"--tag={MADE}"]
    subprocess.run(["docker", "buildx", "build", *options, folder], check=True)
    subprocess.run([project / ".venv/bin/python", "-m", "byoc.tools.sbom", MADE], cwd=project, check=True)
    yield checked(project)
    subprocess.run(["docker", "image", "rm", MADE], capture_output=True, check=True)


def test_each_kind_of_component_is_told_from_files_alone(made):
    found = by_purl(made)
    assert set(found) == {
        "pkg:deb/debian/libgcc-s1@14.2.0-19%2Bb1?arch=arm64&distro=debian-13&upstream=gcc-14%4014.2.0-19",
        "pkg:generic/python@3.13.9",
        "pkg:pypi/a@2",
        "pkg:pypi/some-name@1.2",
    }
    gcc, a, some_name = (found[purl] for purl in sorted(found) if "generic" not in purl)
    assert sorted(licences(gcc)) == ["GPL-3+ with GCC exception", "LGPL-2.1-or-later", "MIT"]
    assert licences(a) == ["MIT"]
    assert len(some_name["evidence"]["occurrences"]) == 2
    [program] = [component for component in made["components"] if "purl" not in component]
    assert (program["name"], program["version"]) == ("made", "abc")
    [train] = program["components"]
    assert train["name"] == "/opt/program/train"
    assert train["hashes"][0]["content"] == "d682cbdb4c8b07518bf486c58990fc391783aa20a916bfb27ad211eb1d5c3642"


def test_the_image_is_named_by_its_id_and_depends_on_all(made):
    image = made["metadata"]["component"]
    identity = subprocess.check_output(["docker", "image", "inspect", "--format={{.Id}}", MADE], text=True).strip()
    assert (image["name"], image["version"]) == (MADE, identity)
    depends = {each["ref"]: set(each.get("dependsOn", [])) for each in made["dependencies"]}
    assert depends[image["bom-ref"]] == {each["bom-ref"] for each in made["components"]}


def test_an_image_that_is_not_here_is_an_error_in_one_line(project):
    command = [project / ".venv/bin/python", "-m", "byoc.tools.sbom", "not-here"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1 and "not-here" in result.stderr


@pytest.fixture(scope="module")
def image(project) -> Iterator[list[str]]:
    """A command's beginning that runs the rest in the default image, whose layers the walkthrough builds, too."""
    subprocess.run([project / "deploy/build.sh", IMAGE], check=True)
    yield ["docker", "run", "--rm", "--network=none", IMAGE]
    subprocess.run(["docker", "image", "rm", IMAGE], capture_output=True, check=True)


@pytest.mark.slow
def test_it_has_what_dpkg_and_python_tell_inside_the_image(project, image):
    session = Session(project)
    for command in commands((project / "docs/packages.md").read_text()):
        session.run(command)
    found = by_purl(checked(project))
    python = subprocess.check_output([*image, "/opt/venv/bin/python", "-c", INSIDE])
    pypi = {tuple(purl.removeprefix("pkg:pypi/").split("@")) for purl in found if purl.startswith("pkg:pypi/")}
    assert set(map(tuple, json.loads(python))) <= pypi
    assert {name for name, _ in pypi} > {"onnxruntime", "numpy"}
    dpkg = subprocess.check_output([*image, "dpkg-query", "--show", "--showformat=${Package} ${Version}\n"], text=True)
    debian = {(each["name"], each["version"]) for purl, each in found.items() if purl.startswith("pkg:deb/debian/")}
    assert debian == {tuple(line.split()) for line in dpkg.splitlines()}
    assert {name for name, _ in debian} & {"binutils", "build-essential", "g++", "gcc", "git", "make"} == set()


@pytest.mark.slow
def test_no_cache_is_left_in_the_image(image):
    search = f"find {CACHES} -type f ! -name lock 2>/dev/null; echo searched"
    assert subprocess.check_output([*image, "sh", "-c", search], text=True) == "searched\n"
