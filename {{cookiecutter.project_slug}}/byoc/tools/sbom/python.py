"""Python distributions of an image, wherever they are installed, and a CPython that dpkg does not know."""

import posixpath
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.model.license import License
from cyclonedx.spdx import fixup_id
from packageurl import PackageURL

from .image import Contents

METADATA = re.compile(r".*\.dist-info/METADATA|.*\.egg-info(/PKG-INFO)?")
CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")
LONGEST_NAME = 100  # characters; what is longer in a field `License` is the licence itself


def distributions(contents: Contents) -> Iterator[Component]:
    """Each once, with the folders that it is in: the system's and the virtual environment's may be the same."""
    found: dict[PackageURL, Component] = {}
    for path, content in contents.files.items():
        metadata = message_from_bytes(content)
        if not METADATA.fullmatch(path) or not metadata["Version"]:
            continue
        name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
        purl = PackageURL("pypi", None, name, metadata["Version"])
        component = found.setdefault(
            purl,
            Component(
                name=metadata["Name"],
                version=metadata["Version"],
                bom_ref=str(purl),
                description=metadata["Summary"],
                purl=purl,
                licenses=licenses(metadata),
                evidence=ComponentEvidence(),
            ),
        )
        component.evidence.occurrences.add(Occurrence(location=f"/{posixpath.dirname(path)}"))
    yield from found.values()


def licenses(metadata: Message) -> list[License]:
    """As the core metadata tell: an expression or SPDX's identifier, or classifiers, or whatever the field says."""
    make = LicenseFactory()
    written = metadata.get("License", "").strip()
    if expression := metadata["License-Expression"] or fixup_id(written):
        return [make.make_from_string(expression)]
    classifiers = {found[1] for each in metadata.get_all("Classifier", []) if (found := CLASSIFIER.fullmatch(each))}
    names = classifiers or {written}
    return [make.make_with_name(name) for name in sorted(names) if 0 < len(name) <= LONGEST_NAME and "\n" not in name]


def interpreters(contents: Contents) -> Iterator[Component]:
    """The CPython in /usr/local of Docker's official images, which was compiled there."""
    for path, content in contents.files.items():
        if path.endswith("/patchlevel.h") and (version := re.search(rb'#define PY_VERSION\s+"([^"+]+)', content)):
            number = version[1].decode()
            purl = PackageURL("generic", None, "python", number)
            yield Component(
                type=ComponentType.APPLICATION,
                name="python",
                version=number,
                bom_ref=str(purl),
                purl=purl,
                cpe=f"cpe:2.3:a:python:python:{number}:*:*:*:*:*:*:*",
                licenses=[LicenseFactory().make_with_id("PSF-2.0")],
            )
