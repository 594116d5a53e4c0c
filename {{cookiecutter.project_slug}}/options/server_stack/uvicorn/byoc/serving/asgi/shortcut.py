"""A fast path for small predictions: answered in uvicorn's parser, with one write.

What is gained is what ASGI costs: a task, its messages and another turn of the event loop, together more than the
prediction itself. Whatever is not as simple as that goes uvicorn's own way.
"""

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from byoc.serving.asgi.incoming.upgrades import Upgrades
from byoc.serving.asgi.service import Service

LENGTH, ENCODING = b"content-length", b"content-encoding"


class Shortcut(Upgrades):
    """A connection to `service`. `body` is what has come of a request that may be answered at once, in one piece.

    Only where it `is_on`: never where a prediction would meet anything of the owner's, such as a middleware.
    """

    service: Service
    is_on: bool
    body: bytes | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.body is not None:  # the rest may take its time, and uvicorn's way has an end to that (S-45)
            body, self.body = self.body, None
            if not self.transport.is_closing():
                super().on_headers_complete()
                super().on_body(body)

    def on_headers_complete(self) -> None:
        if self.is_simple():
            self.body = b""
        else:
            super().on_headers_complete()

    def is_simple(self) -> bool:
        """Whether it is a small prediction, and whatever came before it on this connection is answered and read."""
        if not self.is_on or self.url != b"/invocations":
            return False
        if self.flow.write_paused or (self.cycle and not self.cycle.response_complete):
            return False
        headers = dict(self.headers)
        length = headers.get(LENGTH, b"")
        return (
            length.isdigit()
            and ENCODING not in headers
            and self.service.inference.answers_at_once(int(length))
            and not self.expect_100_continue
            and self.parser.get_method() == b"POST"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
        )

    def on_body(self, body: bytes) -> None:
        if self.body is None:
            super().on_body(body)
        else:
            self.body += body

    def on_message_complete(self) -> None:
        if self.body is None:
            super().on_message_complete()
            return
        body, self.body = self.body, None
        start, answer = self.service.invoke.at_once(self.url.decode(), dict(self.headers), body)
        lines = [STATUS_LINE[start["status"]]]
        lines += [b"%b: %b\r\n" % header for header in (*self.server_state.default_headers, *start["headers"])]
        self.transport.write(b"".join((*lines, b"\r\n", answer)))
        self.on_response_complete()
