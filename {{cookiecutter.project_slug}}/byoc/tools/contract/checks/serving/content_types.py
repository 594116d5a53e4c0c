"""Content-Type and Accept: in every spelling, absent, and refused where they cannot be served."""

import json
import struct

from ...kit import Kit
from ...outcome import NotChecked, must


def accept_may_be_anything_or_absent(kit: Kit) -> str:
    """S-40, S-42: absent, empty, */*, a list with weights."""
    server, own = kit.server(), kit.server().predict().content_type.partition(";")[0]
    for accept in ("", "*/*", f"{own};q=0.5, */*;q=0.1", f"application/nonsense, {own}"):
        headers = {"Content-Type": kit.sample.content_type, "Accept": accept}
        answer = server.ask("POST", "/invocations", kit.sample.body, **headers)
        must(answer.status == 200, f"Accept: {accept!r} → {answer.brief()}")
    answer = server.ask("POST", "/invocations", kit.sample.body, **{"Content-Type": kit.sample.content_type})
    must(answer.status == 200, f"no Accept → {answer.brief()}")
    return "200 for absent, empty, */* and lists"


def must_be(kit: Kit, status: int, **header: str) -> str:
    """What came of the sample with that header; raises NotHeld if it has another status."""
    answer = kit.server().predict(**header)
    [(name, value)] = header.items()
    must(answer.status == status, f"{name.replace('_', '-')}: {value} → {answer.brief()}")
    return answer.brief()


def accept_is_honoured_or_406(kit: Kit) -> str:
    """S-42: what cannot be made is refused."""
    return must_be(kit, 406, Accept="application/x-never-heard-of")


def content_type_is_a_media_type(kit: Kit) -> str:
    """S-41: case, parameters and blanks do not matter."""
    name = kit.sample.content_type.partition(";")[0].strip()
    for content_type in (name.upper(), f"{name}; charset=utf-8", f"{name};charset=UTF-8", f"{name} ; header=absent"):
        must_be(kit, 200, Content_Type=content_type)
    return "200 in upper case and with parameters"


def unknown_content_type_is_415(kit: Kit) -> str:
    """S-41."""
    return must_be(kit, 415, Content_Type="foo/bar")


def absent_content_type_does_no_harm(kit: Kit) -> str:
    """S-40: a client may send none."""
    answer = kit.server().ask("POST", "/invocations", kit.sample.body)
    must(answer.status < 500, f"no Content-Type → {answer.brief()}")
    return answer.brief()


def binary_bodies_are_taken(kit: Kit) -> str:
    """S-51: the sample's rows as application/x-npy."""
    rows = kit.sample.numbers()
    header = repr({"descr": "<f4", "fortran_order": False, "shape": (len(rows), len(rows[0]))})
    header += " " * (-(len(header) + 11) % 64) + "\n"
    npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    npy += b"".join(struct.pack("<f", value) for row in rows for value in row)
    headers = {"Content_Type": "application/x-npy", "Accept": kit.sample.accept or kit.sample.content_type}
    answer = kit.server().predict(npy, **headers)
    if answer.status == 415:
        raise NotChecked("application/x-npy → 415: it takes no binary rows")
    must(answer.status == 200, f"application/x-npy → {answer.brief()}")
    kit.sample.must_be_expected(answer)
    return f"application/x-npy → {answer.brief()}"


def json_is_json(kit: Kit) -> str:
    """B-12: what is called JSON can be read as such."""
    answer = kit.server().predict(Accept="application/json")
    if answer.status == 406:
        raise NotChecked("Accept: application/json → 406")
    must(answer.status == 200, f"Accept: application/json → {answer.brief()}")
    must(answer.content_type.startswith("application/json"), f"Accept: application/json → {answer.content_type}")
    try:
        json.loads(answer.body)
    except ValueError:
        must(False, f"Accept: application/json → {answer.brief()}")
    return f"application/json: {answer.body[:80].decode(errors='replace')}"
