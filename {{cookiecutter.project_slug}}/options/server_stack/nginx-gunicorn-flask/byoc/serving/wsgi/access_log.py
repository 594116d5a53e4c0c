"""gunicorn's access log as JSON, used without nginx, which else writes it."""

from gunicorn.glogging import Logger

from byoc import log


class JsonLogger(Logger):
    def access(self, resp, req, environ, request_time):
        """One line a request, but for what goes well every few seconds."""
        status = int(resp.status.split()[0])
        environ.setdefault("PATH_INFO", req.path)  # what gunicorn refused by itself has none
        if environ["PATH_INFO"] not in ("/ping", "/metrics") or status != 200:
            log.request(environ, status=status, seconds=round(request_time.total_seconds(), 3))
