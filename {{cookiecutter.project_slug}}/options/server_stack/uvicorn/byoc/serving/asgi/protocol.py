"""uvicorn's HTTP protocol with timeouts for headers and slow clients, and refusals with a reason (S-43, S-44)."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from byoc.serving.asgi.incoming.upgrades import Refused
from byoc.serving.asgi.shortcut import Shortcut

LINE = 8190  # bytes of a URL, and of a header
HEAD = 1 << 16  # bytes of all headers, which are read into memory
HEAD_SECONDS = 15  # until a request's headers are there, and after its answer until the rest of its body is
SEND_SECONDS = 60  # in which a client takes not a byte of what there is for it

URL_TOO_LONG = 414, "the URL is longer than 8 KB"
HEADERS_TOO_LONG = 431, "a header is longer than 8 KB, or all are longer than 32 KB"
HEADERS_TOO_LATE = 408, f"the headers did not come within {HEAD_SECONDS} s"


class Sending:
    """A connection, whose client must take what there is for it. Called once a second: a timer each costs more."""

    stuck = 0  # seconds that it has taken nothing of what is
    unsent = 0

    def leave_if_stuck(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        self.stuck = self.stuck + 1 if unsent and unsent == self.unsent else 0
        self.unsent = unsent
        if self.stuck > SEND_SECONDS:
            self.transport.abort()

    inspect = leave_if_stuck


class Conversation(Sending, WebSocketsSansIOProtocol):
    """A WebSocket. A client that is gone leaves pings without an answer, which is uvicorn's to find."""


class Protocol(Sending, Shortcut):
    """A connection. Refusals are plain text (S-44), and their last words: what follows cannot be made out."""

    came = 0  # bytes, from a request's first on
    in_head = True
    owed = 0  # seconds that the client has been waited for

    def data_received(self, data: bytes) -> None:
        self.came += len(data)
        super().data_received(data)
        if self.in_head and self.came > HEAD and not self.transport.is_closing():
            self.refusal = HEADERS_TOO_LONG
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        self.in_head = False
        if self.came > LINE:
            self.measure()
        super().on_headers_complete()

    def measure(self) -> None:
        if len(self.url) > LINE:
            self.refusal = URL_TOO_LONG
            raise Refused
        sizes = [len(name) + len(value) + len(b": \r\n") for name, value in self.headers]
        if max(sizes, default=0) > LINE or sum(sizes) > HEAD // 2:
            self.refusal = HEADERS_TOO_LONG
            raise Refused

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.in_head, self.came, self.owed = True, 0, 0

    def inspect(self) -> None:
        """End it if its client is too slow."""
        answered = self.cycle is None or self.cycle.response_complete
        kept_alive = self.in_head and self.timeout_keep_alive_task is not None  # to which uvicorn has an end
        self.owed += answered and not kept_alive
        if self.owed > HEAD_SECONDS and not self.transport.is_closing():
            if self.in_head and self.came:
                self.refusal = HEADERS_TOO_LATE
                self.send_400_response("")
            self.transport.close()
        self.leave_if_stuck()

    def send_400_response(self, msg: str) -> None:
        status, reason = self.refusal
        body = f"{reason}\n".encode()
        head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head % len(body) + body)
        self.transport.close()
