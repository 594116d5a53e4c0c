"""Content-Encoding: gzip is unpacked, within bounds; any other is refused with the way out (S-41, S-46)."""

import gzip
import tracemalloc
import zlib

import pytest

from byoc.errors import RequestError
from byoc.serving.codecs.content_encoding import decoded
from byoc.serving.predictor import Predictor
from byoc.settings import Settings

BODY = b"1,2\n3,4\n"
PACKED = gzip.compress(BODY, mtime=0)  # without the time, which would be in the names of tests
TWICE = gzip.compress(BODY[:4], mtime=0) + gzip.compress(BODY[4:], mtime=0)
MB = 1 << 20
HANDLERS = """
class Model:
    def predict(self, rows): return rows.sum(axis=1)

def model_fn(model_dir): return Model()
"""


def refusal(body: bytes, encoding: str, most: int = 6) -> tuple[int, str]:
    with pytest.raises(RequestError) as error:
        decoded(body, encoding, most)
    return error.value.status, str(error.value)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", " gzip , identity"])
@pytest.mark.parametrize("body", [PACKED, TWICE, PACKED + b"\0" * 9])
def test_gzip_is_unpacked(encoding, body):
    assert decoded(body, encoding, 6) == BODY


@pytest.mark.parametrize("encoding", ["", "identity", "IDENTITY, identity", ","])
def test_a_body_as_it_is_stays_so(encoding):
    assert decoded(PACKED, encoding, 6) is PACKED


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "compress", "gzip, gzip", "gzip, br", "\xff" * 500])
def test_another_encoding_is_415_and_the_way_out_is_told(encoding):
    status, reason = refusal(PACKED, encoding)
    assert status == 415
    assert reason == f"Content-Encoding {encoding[:80]!r} is not supported; send gzip, or the body as it is"


@pytest.mark.parametrize(
    "body", [BODY, PACKED[:-3], PACKED[:12], PACKED[:-8] + b"\0" * 8, PACKED + b"x", zlib.compress(BODY)]
)
def test_what_is_no_gzip_is_refused(body):
    status, reason = refusal(body, "gzip")
    assert status == 400
    assert reason.startswith("the body is not gzip, as its Content-Encoding says: ")
    assert "\n" not in reason


@pytest.mark.parametrize(("most", "limit"), [(1, 1), (6, 6), (0, 1000)])
def test_as_much_as_a_payload_may_have_is_unpacked_and_no_more(most, limit):
    bomb = gzip.compress(b"0" * MB) * (limit + 1)
    exact = gzip.compress(b"0" * MB) * min(limit, 6)
    assert len(decoded(exact, "gzip", most)) == min(limit, 6) * MB
    status, reason = refusal(bomb, "gzip", most)
    assert (status, reason) == (
        413,
        f"the body is more than {limit} MB when unpacked, which SAGEMAKER_MAX_PAYLOAD_IN_MB sets; "
        "send fewer rows, or raise it",
    )


def test_a_bomb_costs_no_more_memory_than_the_bound():
    bomb = gzip.compress(gzip.compress(b"0" * MB) * 4000)  # of 4 GB within 4 MB
    bomb = gzip.decompress(bomb)
    tracemalloc.start()
    try:
        assert refusal(bomb, "gzip")[0] == 413
        assert tracemalloc.get_traced_memory()[1] < 4 * 6 * MB
    finally:
        tracemalloc.stop()


def test_many_small_members_are_read_in_time():
    assert decoded(gzip.compress(b"1,2\n") * 50_000, "gzip", 6) == b"1,2\n" * 50_000


@pytest.mark.parametrize(
    "more", ["", "import numpy\ndef input_fn(body, content_type): return numpy.ones((len(body), 2))\n"]
)
@pytest.mark.parametrize("batch", ["", "true"])
def test_the_predictor_and_its_handlers_get_the_body_unpacked(tmp_path, predictor_py, more, batch):
    predictor = Predictor(
        tmp_path, Settings.from_environment({"SAGEMAKER_BATCH": batch}), predictor_py(HANDLERS + more)
    )
    answer = predictor.respond(PACKED, "text/csv", "", "gzip")
    assert (answer.status, answer.body) == (200, b"2.0\n" * len(BODY) if more else b"3.0\n7.0\n")
    assert predictor.respond(PACKED, "text/csv", "", "br").status == 415


def test_in_a_batch_a_packed_file_is_refused_whole(tmp_path, predictor_py):
    predictor = Predictor(tmp_path, Settings.from_environment({"SAGEMAKER_BATCH": "true"}), predictor_py(HANDLERS))
    answer = predictor.respond(PACKED, "text/csv", "")
    assert (answer.status, answer.body[:20]) == (400, b"the body is gzip; un")
