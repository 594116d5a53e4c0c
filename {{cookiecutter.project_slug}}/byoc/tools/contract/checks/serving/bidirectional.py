"""Bidirectional streaming: WebSocket frames, by RFC 6455."""

import base64
import os
import socket
from contextlib import contextmanager

from ...kit import Kit, once
from ...outcome import NotHeld, must

PATH = "/invocations-bidirectional-stream"
CONTINUATION, TEXT, CLOSE, PING, PONG = 0, 1, 8, 9, 10


@contextmanager
def websocket(kit: Kit, path: str = PATH):
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [f"GET {path} HTTP/1.1", "Host: model.aws.local", "Upgrade: websocket", "Connection: Upgrade"]
    lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
    with socket.create_connection(kit.server().address, 10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        head = connection.recv(65536).decode(errors="replace")
        must(head.startswith("HTTP/1.1 101"), f"GET {path} with Upgrade: websocket → {head.splitlines()[:1]}")
        yield connection


def send(connection: socket.socket, opcode: int, payload: bytes, last: bool = True) -> None:
    """A masked frame of up to 125 bytes; `last` of its message or not."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    connection.sendall(bytes([last << 7 | opcode, 0x80 | len(payload)]) + mask + masked)


def receive(connection: socket.socket) -> int:
    """The opcode of the next frame, whose payload is dropped."""
    head = connection.recv(2)
    if len(head) < 2:
        raise NotHeld("the connection was closed")
    length = head[1] & 0x7F
    extended = {126: 2, 127: 8}.get(length, 0)
    length = int.from_bytes(connection.recv(extended)) if extended else length
    while length > 0:
        length -= len(connection.recv(length))
    return head[0] & 0x0F


@once
def websocket_is_accepted(kit: Kit) -> str:
    """X-10, X-11: 101, also with a query string."""
    for path in (PATH, f"{PATH}?a=b"):
        with websocket(kit, path):
            pass
    return f"GET {PATH} → 101"


def pings_get_pongs(kit: Kit) -> str:
    """X-13: five missing ones end the connection."""
    with websocket(kit) as connection:
        must_answer_ping(connection)
    return "a pong for a ping"


def must_answer_ping(connection: socket.socket) -> None:
    send(connection, PING, b"are you there")
    if PONG not in (receive(connection) for _ in range(20)):
        raise NotHeld("20 frames, and no pong among them")


def fragments_are_taken(kit: Kit) -> str:
    """X-12: a message in two frames, with a ping between them, does not end the connection."""
    half = len(kit.sample.body[:100]) // 2
    with websocket(kit) as connection:
        send(connection, TEXT, kit.sample.body[:half], last=False)
        must_answer_ping(connection)
        send(connection, CONTINUATION, kit.sample.body[half : 2 * half])
        must_answer_ping(connection)
    return "goes on after a message in two frames"


def close_is_taken_at_any_time(kit: Kit) -> str:
    """X-14: the platform may close, and the server goes on."""
    with websocket(kit) as connection:
        send(connection, CLOSE, b"\x03\xe8")
    must(kit.server().ask("GET", "/ping").status == 200, "GET /ping is not 200 after a Close frame")
    return "goes on after a Close frame"
