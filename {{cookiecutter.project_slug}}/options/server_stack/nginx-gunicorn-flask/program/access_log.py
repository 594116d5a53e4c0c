"""gunicorn's access log as JSON, for when there is no nginx to write it."""

from gunicorn.glogging import Logger

from byoc import log


class JsonLogger(Logger):
    def access(self, resp, req, environ, request_time):
        """One line a request, but for what goes well every few seconds."""
        if environ["PATH_INFO"] not in ("/ping", "/metrics") or resp.status_code != 200:
            log.request(environ, status=resp.status_code, seconds=round(request_time.total_seconds(), 3))
