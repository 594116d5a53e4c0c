"""Requests that ask for another protocol: a WebSocket begins with GET, and every other wish is ignored, as it may be.

https://www.rfc-editor.org/rfc/rfc9110#section-7.8
"""

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MALFORMED = 400, "this is no valid HTTP request"
NO_HANDSHAKE = 400, "this is no valid WebSocket handshake; a WebSocket begins with GET, and no other request under way"
NO_PROXY = 405, "this is no proxy: the method must be GET or POST"


class Refused(Exception):
    """Ends the parser's work; uvicorn then calls `send_400_response`."""


class Parser(httptools.HttpRequestParser):
    """Of a request whose upgrade is ignored, httptools passes over the body: it reads it anew, without the wish."""

    protocol: "Upgrades"

    def feed_data(self, data: bytes) -> None:
        while data:
            try:
                return super().feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                head, self.protocol.again = self.protocol.again, b""
                if not head:
                    raise
                data = head + bytes(data[upgrade.args[0] :])


class Upgrades(HttpToolsProtocol):
    """A connection. `again` is the head of a request that is read anew; `refusal` is what `send_400_response` says."""

    again = b""
    refusal = MALFORMED

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.parser = Parser(self)
        self.parser.protocol = self
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does

    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            method = self.parser.get_method()
            if method == b"CONNECT":
                self.refusal = NO_PROXY
                raise Refused
            if not self._should_upgrade():
                lines = [b"%b %b HTTP/%b" % (method, self.url, self.parser.get_http_version().encode())]
                lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
                self.again = b"\r\n".join((*lines, b"", b""))
                return
            if method != b"GET" or (self.cycle and not self.cycle.response_complete):
                self.refusal = NO_HANDSHAKE
                raise Refused
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self.again:
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """uvicorn's; it leaves the client of a handshake that cannot be read without an answer."""
        super().handle_websocket_upgrade()
        if not self.transport.get_protocol().handshake_initiated:
            self.refusal = NO_HANDSHAKE
            self.send_400_response("")
