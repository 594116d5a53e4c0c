"""A fault of a handler is told in one line that names it, and what it must give."""

import pytest

from byoc.serving import handlers
from handled import MODEL


def test_a_fault_of_a_handler_is_told_in_one_line_and_remarked_whole(predictor_with):
    predictor = predictor_with(MODEL + "\ndef predict_fn(data, model):\n    return {}['tokenizer']\n")
    response = predictor.respond(b"1,2", "text/csv", "")
    assert response.status == 500
    assert response.body == b"the model failed on this request: KeyError: 'tokenizer'\n"
    assert "line 12, in predict_fn\n    return {}['tokenizer']" in response.remark


@pytest.mark.parametrize(
    ("handler", "fault"),
    [
        ("def transform_fn(*request): return {}", "transform_fn returned dict as the answer's body"),
        ("def transform_fn(*request): pass", "transform_fn returned NoneType as the answer's body"),
        ("def output_fn(prediction, accept): return 1, accept", "output_fn returned int as the answer's body"),
        ("def predict_fn(data, model): pass", "predict_fn returned None; it must return the prediction"),
        ("def predict_fn(data, model): return bytearray(b'a')", "predict_fn returned bytearray; it must return one"),
        ("def predict_fn(data, model): yield 1", "predict_fn returned int as the answer's body"),
        ("def output_fn(prediction, accept): return iter([None])", "output_fn returned NoneType as the answer's body"),
        (
            "def output_fn(prediction, accept): return (b'1',)",
            "output_fn returned a tuple of 1; it must return the body",
        ),
        ("def output_fn(prediction, accept): return b'1', None", "output_fn returned None as content type; it must be"),
        ("def output_fn(*_): return b'1', 'a/b\\r\\nX: y'", "output_fn returned 'a/b\\r\\nX: y' as content type"),
    ],
)
@pytest.mark.parametrize("accept", ["text/csv", "application/json"])
def test_a_handler_that_returns_no_answer_is_a_fault_and_no_answer(predictor_with, handler, fault, accept):
    response = predictor_with(f"{MODEL}\n{handler}\n").respond(b"1,2", "text/csv", accept)
    assert response.status == 500
    assert response.body.startswith(f"the model failed on this request: TypeError: {fault}".encode())
    assert len(response.body.splitlines()) == 1


def test_in_a_batch_job_an_iterator_is_no_prediction_for_each_row(predictor_with):
    source = f"{MODEL}\ndef predict_fn(data, model): return map(str, data)\n"
    response = predictor_with(source, SAGEMAKER_BATCH="true").respond(b"1,2\n3,4\n", "text/csv", "")
    fault = b"the model failed on this request: TypeError: predict_fn returned map; it must return one prediction for"
    assert (response.status, response.body[: len(fault)]) == (500, fault)


@pytest.mark.parametrize("accept", ["text/csv", "application/json", "application/jsonlines", "application/x-npy"])
@pytest.mark.parametrize("values", ["data[:, 0].astype(numpy.longdouble)", "list(data[:, 0].astype(numpy.longdouble))"])
def test_a_long_double_is_a_number(predictor_with, accept, values):
    predictor = predictor_with(f"{MODEL}\ndef predict_fn(data, model): return {values}")
    plain = predictor_with(f"{MODEL}\ndef predict_fn(data, model): return data[:, 0].astype(float)")
    assert predictor.respond(b"1.5,2", "text/csv", accept) == plain.respond(b"1.5,2", "text/csv", accept)


@pytest.mark.parametrize("status", [200, 204, 999, "400", None])
def test_a_refusal_by_a_status_that_refuses_nothing_is_a_fault(predictor_with, status):
    """No server could send it, or the client would take it for an answer."""
    source = f"from byoc.errors import RequestError\n{MODEL}\ndef predict_fn(*_): raise RequestError({status!r}, 'no')"
    response = predictor_with(source).respond(b"1,2", "text/csv", "")
    assert response.status == 500
    fault = f"ValueError: RequestError was given the status {status!r}; it must be one of HTTP's errors"
    assert fault.encode() in response.body


def test_an_error_whose_text_cannot_be_had_is_told_by_its_name(predictor_with):
    source = "class Odd(Exception):\n    def __str__(self): raise ValueError\n"
    response = predictor_with(f"{MODEL}{source}\ndef predict_fn(*_): raise Odd").respond(b"1,2", "text/csv", "")
    assert (response.status, response.body) == (500, b"the model failed on this request: Odd\n")


def test_a_package_that_a_handler_misses_at_a_request_is_told_with_its_file(predictor_with):
    source = f"{MODEL}\ndef predict_fn(data, model): import no_such_package"
    response = predictor_with(source).respond(b"1,2", "text/csv", "")
    assert response.status == 500
    assert response.body.endswith(f"; {handlers.NO_PACKAGE}\n".encode())


def test_a_handler_can_refuse_a_request(predictor_with):
    source = (
        MODEL
        + """
from byoc.errors import RequestError
def input_fn(body, content_type):
    raise RequestError(413, "the picture is larger than 10 megapixels")
"""
    )
    response = predictor_with(source).respond(b"x", "image/png", "")
    assert (response.status, response.body) == (413, b"the picture is larger than 10 megapixels\n")


@pytest.mark.parametrize("handler", ["input_fn", "predict_fn", "output_fn", "transform_fn"])
@pytest.mark.parametrize("code", ["", "3", "'no GPU'"])
@pytest.mark.parametrize("wait", [0, 2])
def test_a_handler_that_calls_sys_exit_is_named_in_one_line(predictor_with, handler, code, wait):
    predictor = predictor_with(
        f"import sys\n{MODEL}\ndef {handler}(*_): sys.exit({code})", BYOC_MICRO_BATCH_MS=str(wait)
    )
    response = predictor.respond(b"1,2", "text/csv", "")
    told = f"the model failed on this request: {handler} called sys.exit({code or None}), which answers nobody; "
    assert (response.status, response.body.decode()) == (500, f"{told}it must return, or raise an error\n")
    assert "SystemExit" in response.remark


def test_so_it_is_before_and_after_the_first_part_of_a_stream(predictor_with):
    source = f"import sys\n{MODEL}\ndef predict_fn(*_):\n    {{}}\n    yield 'b'\n    sys.exit(3)\n"
    response = predictor_with(source.format("sys.exit(3)")).respond(b"1,2", "text/csv", "")
    assert (response.status, b"predict_fn called sys.exit(3)" in response.body) == (500, True)
    parts = predictor_with(source.format("yield 'a'")).respond(b"1,2", "text/csv", "").body
    assert [next(parts), next(parts)] == [b"a", b"b"]
    with pytest.raises(RuntimeError, match=r"^predict_fn called sys\.exit\(3\)"):
        next(parts)


def test_a_worker_that_gunicorn_ends_is_no_fault_of_a_handler(predictor_with):
    """Its signal handler calls sys.exit within whatever is at work."""
    ends = "exec(compile('def handle_abort(): sys.exit(1)', 'base.py', 'exec'), aborting)"
    source = f"import sys\n{MODEL}\naborting = {{'sys': sys, '__name__': 'gunicorn.workers.base'}}\n{ends}\n"
    predictor = predictor_with(f"{source}def predict_fn(*_): aborting['handle_abort']()\n")
    with pytest.raises(SystemExit):
        predictor.respond(b"1,2", "text/csv", "")
