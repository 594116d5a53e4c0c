"""HTTP as uvicorn speaks it, but with an end to headers, and with refusals that say what is wrong (S-43, S-44)."""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from shortcut import Shortcut

LINE = 8190  # bytes of a URL, and of a header
HEAD = 1 << 16  # bytes of all headers, which are read into memory

MALFORMED = 400, "this is no valid HTTP request"
URL_TOO_LONG = 414, "the URL is longer than 8 KB"
HEADERS_TOO_LONG = 431, "a header is longer than 8 KB, or all are longer than 32 KB"


class Refused(Exception):
    """Ends the parser's work; uvicorn then calls `send_400_response`."""


class Protocol(Shortcut):
    """A connection. Refusals are plain text (S-44), and their last words: what follows cannot be made out."""

    came = 0  # bytes, from a request's first on
    in_head = True
    refusal = MALFORMED

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
        self.in_head, self.came = True, 0

    def send_400_response(self, msg: str) -> None:
        status, reason = self.refusal
        body = f"{reason}\n".encode()
        head = b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head % len(body) + body)
        self.transport.close()
