"""Debian and Ubuntu packages of an image, from dpkg's records."""

import re
from collections.abc import Iterator
from email import message_from_string

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.component import Component
from cyclonedx.model.license import License
from cyclonedx.spdx import fixup_id
from packageurl import PackageURL

from .image import Contents

GNU = re.compile(r"(?P<name>[AL]?GPL)-(?P<major>\d)(\.(?P<minor>\d))?(?P<later>\+?)")


def packages(contents: Contents) -> Iterator[Component]:
    """What is installed. The names in a purl are those that scanners look for: distribution and source package."""
    distribution = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text(contents, "etc/os-release"), re.MULTILINE))
    name = distribution.get("ID", "debian")
    for stanza in text(contents, "var/lib/dpkg/status").split("\n\n"):
        package = message_from_string(stanza)
        if package.get("Status", "").split()[-1:] != ["installed"]:
            continue
        qualifiers = {
            "arch": package["Architecture"],
            "distro": f"{name}-{distribution.get('VERSION_ID', '')}".rstrip("-"),
            "upstream": package.get("Source", "").replace(" (", "@").rstrip(")"),
        }
        purl = PackageURL("deb", name, package["Package"], package["Version"], qualifiers)
        yield Component(
            name=package["Package"],
            version=package["Version"],
            bom_ref=str(purl),
            description=package.get("Description", "").partition("\n")[0],
            purl=purl,
            licenses=licenses(text(contents, f"usr/share/doc/{package['Package']}/copyright")),
        )


def licenses(copyright_file: str) -> list[License]:
    """The licences of all of a package's files: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

    A file that is not in that form names, at best, the texts that Debian keeps of the most common licences.
    """
    named = set(re.findall(r"/usr/share/common-licenses/([\w.+-]*\w)", copyright_file))
    if copyright_file.startswith("Format:"):
        named = {spdx(name) for name in re.findall(r"^License: *(\S.*?) *$", copyright_file, re.MULTILINE)}
    return [made(name) for name in sorted(named)]


def made(name: str) -> License:
    """By SPDX's identifier if there is one. No expression: CycloneDX allows it only where it is the only licence."""
    return LicenseFactory().make_with_id(name) if fixup_id(name) else LicenseFactory().make_with_name(name)


def spdx(name: str) -> str:
    """SPDX's identifier for Debian's name of a licence, where the two differ."""
    if name == "Expat":
        return "MIT"
    if gnu := GNU.fullmatch(name):
        return f"{gnu['name']}-{gnu['major']}.{gnu['minor'] or 0}-{'or-later' if gnu['later'] else 'only'}"
    return name


def text(contents: Contents, path: str) -> str:
    return contents.read(path).decode(errors="replace")
