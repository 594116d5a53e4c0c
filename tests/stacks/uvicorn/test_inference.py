"""Where a prediction runs, and how many wait for it (S-09, S-45, S-49)."""

import asyncio
import threading

import pytest

from byoc.serving.asgi.incoming import bodies
from byoc.serving.asgi.incoming.bodies import FREE, Gone
from byoc.serving.asgi.inference import FULL, LATE, SMALL, UNREAD, Inference
from byoc.serving.response import Response
from byoc.settings import Settings

DONE = Response(200, b"done", "text/plain")


class Model:
    """Notes the threads that it runs in; `may_go` is what its answers wait for."""

    def __init__(self, **environment: str):
        self.settings = Settings.from_environment({"SAGEMAKER_MODEL_SERVER_WORKERS": "1", **environment})
        self.threads: list[bool] = []
        self.may_go = threading.Event()
        self.may_go.set()

    def inference(self, may_be_quick: bool = True) -> Inference:
        return Inference(self.settings, self.respond, may_be_quick)

    def respond(self, path: str, body: bytes, content_type: str, accept: str) -> Response:
        self.threads.append(threading.current_thread() is not threading.main_thread())
        assert self.may_go.wait(30)
        return DONE


def sending(*parts: bytes):
    """A `receive` that gives a body in parts, and then says that the client is gone."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages[-1:] = [{**message, "more_body": False} for message in messages[-1:]]

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


def ask(inference: Inference, body: bytes = b"x", receive=None):
    return inference.answer(receive or sending(body), "/invocations", "text/csv", "")


def answers(model: Model, *bodies: bytes, may_be_quick: bool = True) -> list[Response]:
    async def all_of_them():
        inference = model.inference(may_be_quick)
        return [(await ask(inference, body))[0] for body in bodies]

    return asyncio.run(all_of_them())


def test_small_requests_leave_the_thread_once_the_model_has_shown_to_be_quick():
    model = Model()
    assert answers(model, b"x", b"x", b"x" * SMALL, b"x" * (SMALL + 1), b"x") == [DONE] * 5
    assert model.threads == [True, False, False, True, False]


def test_a_slow_model_is_never_waited_for_in_the_event_loop(monkeypatch):
    monkeypatch.setattr("byoc.serving.asgi.inference.QUICK", 0)
    model = Model()
    answers(model, b"x", b"x", b"x")
    assert model.threads == [True, True, True]


def test_handlers_always_run_in_a_thread():
    model = Model()
    answers(model, b"x", b"x", b"x", may_be_quick=False)
    assert model.threads == [True, True, True]


def test_as_many_wait_as_the_queue_is_long_and_the_next_is_refused_at_once():
    async def scenario():
        model = Model(SAGEMAKER_MODEL_JOB_QUEUE_SIZE="2")
        inference = model.inference()
        model.may_go.clear()
        waiting = [asyncio.ensure_future(ask(inference)) for _ in range(3)]
        await asyncio.sleep(0)
        assert (await ask(inference))[0] == FULL
        model.may_go.set()
        assert [answer for answer, _ in await asyncio.gather(*waiting)] == [DONE] * 3
        assert (await ask(inference))[0] == DONE

    asyncio.run(scenario())


def test_what_takes_too_long_is_given_up_and_a_turn_is_free_again():
    async def scenario():
        model = Model(SAGEMAKER_MODEL_SERVER_TIMEOUT="1")
        inference = model.inference()
        replaced = asyncio.Event()
        inference.replace_worker = replaced.set
        model.may_go.clear()
        assert (await ask(inference))[0] == LATE
        await asyncio.wait_for(replaced.wait(), 10)
        hanging, model.may_go = model.may_go, threading.Event()
        model.may_go.set()
        assert (await ask(inference))[0] == DONE
        hanging.set()

    asyncio.run(scenario())


def test_a_client_that_sends_too_slowly_is_given_up_without_blaming_the_model():
    async def scenario():
        inference = Model(SAGEMAKER_MODEL_SERVER_TIMEOUT="1").inference()
        inference.replace_worker = lambda: pytest.fail("no thread hangs")
        assert (await ask(inference, receive=asyncio.Event().wait))[0] == UNREAD
        assert (await ask(inference))[0] == DONE

    asyncio.run(scenario())


def test_a_client_that_goes_away_while_sending_leaves_its_place():
    async def scenario():
        inference = Model(SAGEMAKER_MODEL_JOB_QUEUE_SIZE="1").inference()
        for _ in range(3):
            with pytest.raises(Gone):
                await ask(inference, receive=sending())
        assert (await ask(inference))[0] == DONE

    asyncio.run(scenario())


def slow(size: int):
    """A `receive` of a client that sends so much of its body, and then no more."""
    receive = sending(bytes(size), b"")
    nothing = asyncio.Event()
    messages = [receive, nothing.wait]
    return lambda: messages.pop(0)()


def test_slow_clients_keep_no_large_body_from_being_read():
    async def scenario():
        inference = Model().inference()
        waiting = [asyncio.ensure_future(ask(inference, receive=slow(size))) for size in [16, 2 * FREE] * 20]
        await asyncio.sleep(0)
        assert (await asyncio.wait_for(ask(inference, bytes(20 * FREE)), 5))[0] == DONE
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert (inference.bodies.size, inference.bodies.all) == (0, {})

    asyncio.run(scenario())


def test_bodies_wait_when_memory_is_short_and_the_oldest_goes_on(monkeypatch):
    monkeypatch.setattr(bodies, "MOST", 10 * FREE)

    async def scenario():
        model = Model()
        inference = model.inference()
        most = 0

        def client():
            receive = sending(*[bytes(FREE)] * 8)

            async def noted():
                nonlocal most
                most = max(most, inference.bodies.size)
                await asyncio.sleep(0.001)
                return await receive()

            return noted

        answers = await asyncio.gather(*[ask(inference, receive=client()) for _ in range(6)])
        assert [answer for answer, _ in answers] == [DONE] * 6
        assert 10 * FREE <= most <= (10 + 8 + 6) * FREE  # and one piece each
        assert inference.bodies.size == 0

    asyncio.run(scenario())


def test_the_slowest_client_is_given_up_when_memory_is_short(monkeypatch):
    monkeypatch.setattr(bodies, "MOST", 10 * FREE)
    monkeypatch.setattr(bodies, "SLOW", 0.2)

    async def scenario():
        inference = Model().inference()
        least, more = (asyncio.ensure_future(ask(inference, receive=slow(size * FREE))) for size in (4, 8))
        await asyncio.sleep(0.01)
        assert (await asyncio.wait_for(ask(inference, receive=sending(*[bytes(FREE)] * 2)), 5))[0] == DONE
        assert (await asyncio.wait_for(least, 5))[0] == UNREAD
        assert not more.done()
        more.cancel()

    asyncio.run(scenario())


def test_who_waits_for_memory_in_vain_is_told_so(monkeypatch):
    monkeypatch.setattr(bodies, "MOST", 10 * FREE)

    async def scenario():
        model = Model(SAGEMAKER_MODEL_SERVER_TIMEOUT="1")
        inference = model.inference()
        inference.bodies.count(bodies.Body(asyncio.timeout(None)), 11 * FREE)
        assert (await ask(inference, receive=sending(*[bytes(FREE)] * 3)))[0] == FULL

    asyncio.run(scenario())


def test_a_body_in_parts_is_put_together():
    async def scenario():
        _, received = await ask(Model().inference(), receive=sending(b"ab", b"", b"c"))
        assert received == 3

    asyncio.run(scenario())
