"""FastAPI's refusals as plain text, in one sentence, and never as JSON or a page (S-44)."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from byoc.errors import RequestError
from byoc.serving.response import refusal
from byoc.settings import MULTI_MODEL_OFF


def add_to(fastapi: FastAPI, multi_model: bool) -> None:
    """Have FastAPI refuse so; `multi_model` tells whether the endpoint is one of many models."""

    def allowed(request: Request) -> str:
        """The methods of all routes to this path; each route itself would name only its own."""
        routes = [route for route in fastapi.routes if route.matches(request.scope)[0] != Match.NONE]
        return ", ".join(sorted(set().union(*(getattr(route, "methods", None) or () for route in routes))))

    @fastapi.exception_handler(RequestError)
    async def refuse_request(request: Request, error: RequestError) -> PlainTextResponse:
        """What is wrong with the request, which the log tells, too."""
        request.state.remark = str(error)
        answer = refusal(error.status, str(error))
        return PlainTextResponse(answer.body, answer.status)

    @fastapi.exception_handler(HTTPException)
    async def refuse(request: Request, error: HTTPException) -> PlainTextResponse:
        """404, 405 and their like."""
        path = request.url.path
        off = error.status_code == 404 and not multi_model and path.startswith("/models")
        reason = MULTI_MODEL_OFF if off else f"{request.method} {path}: {error.detail}"
        answer = refusal(error.status_code, reason)
        headers = {"Allow": allowed(request)} if error.status_code == 405 else error.headers
        return PlainTextResponse(answer.body, answer.status, headers)

    @fastapi.exception_handler(RequestValidationError)
    async def refuse_parameters(request: Request, error: RequestValidationError) -> PlainTextResponse:
        """For routes that you add: what their parameters lack."""
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        return await refuse(request, HTTPException(422, faults))
