"""Write an image's bill of materials as CycloneDX (https://cyclonedx.org), and print a summary.

usage: python -m byoc.tools.sbom IMAGE [FILE]    (default: sbom.cdx.json)
"""

import sys
from hashlib import sha256
from pathlib import Path

from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6

from . import debian, python
from .image import Contents, contents, inspect

LABELS = "org.opencontainers.image."


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.strip())
    image, file = [*sys.argv[1:], "sbom.cdx.json"][:2]
    told = inspect(image)
    found = contents(image)
    parts = {
        "Debian packages": list(debian.packages(found)),
        "Python distributions": list(python.distributions(found)),
        "CPython": list(python.interpreters(found)),
        "program": list(programs(found, told["Config"].get("Labels") or {})),
    }
    bom = bill(image, told, [component for part in parts.values() for component in part])
    Path(file).write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n", encoding="utf-8")
    print(f"{file}: " + ", ".join(f"{len(part)} {name}" for name, part in parts.items() if part))


def bill(image: str, told: dict, components: list[Component]) -> Bom:
    """The whole: the image, by the digest that identifies it to the engine, depends on all components."""
    labels = told["Config"].get("Labels") or {}
    whole = Component(
        type=ComponentType.CONTAINER,
        name=image,
        bom_ref=told["Id"],
        version=told["Id"],
        properties=[Property(name=name, value=labels[name]) for name in labels if name.startswith(LABELS)],
    )
    bom = Bom(components=components)
    bom.metadata.component = whole
    bom.metadata.tools.components.add(this_component())
    bom.register_dependency(whole, components)
    return bom


def programs(found: Contents, labels: dict[str, str]) -> list[Component]:
    """The program in /opt/program, with a hash of each of its files; none in an image that has none there."""
    files = [
        Component(
            type=ComponentType.FILE,
            name=f"/{path}",
            bom_ref=f"/{path}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256(content).hexdigest())],
        )
        for path, content in found.files.items()
        if path.startswith("opt/program/")
    ]
    name, revision = labels.get(f"{LABELS}title", "program"), labels.get(f"{LABELS}revision")
    program = Component(
        type=ComponentType.APPLICATION, name=name, bom_ref="/opt/program", version=revision, components=files
    )
    return [program] if files else []


if __name__ == "__main__":
    main()
