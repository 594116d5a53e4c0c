"""gunicorn's configuration, besides the options that `serve` gives it."""

import gunicorn.util

limit_request_line = 8190  # as much as nginx lets through


def post_worker_init(worker):
    """Let a stream tell with each part that its worker is not stuck (X-03): one without threads is else ended."""
    import wsgi  # not above: this file is read before it is

    wsgi.service.invocations.tell_alive = worker.notify


def write_error(sock, status, reason, message):
    """gunicorn's own refusals, of what is no HTTP, in plain text: the page that it would send is HTML (S-44)."""
    body = f"{message or reason}"[:2000].encode(errors="replace") + b"\n"
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
    gunicorn.util.write_nonblock(sock, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


gunicorn.util.write_error = write_error
