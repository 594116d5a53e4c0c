"""NPY in and out: plain numbers only, nothing is ever unpickled, and a header is not believed (S-51)."""

import io
import math
import pickle

import numpy as np
import pytest

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs import NPY

FEATURES = ["width", "height"]
ROWS = [[1, 2], [3, 4]]
FLOATS = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d)}"


def npy(array, **options) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), **options)
    return file.getvalue()


def with_header(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode("latin-1") + bytes(16)


@pytest.mark.parametrize("dtype", ["float32", "float64", ">f4", "float16", "int8", ">i8", "uint64"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("features", [FEATURES, None], ids=["named", "unnamed"])
def test_numbers_of_every_type_and_order_are_read(dtype, version, order, features):
    rows = codecs.decode(npy(np.array(ROWS, dtype, order=order), version=version), NPY, features)
    assert rows.dtype == np.float32
    assert rows.tolist() == ROWS
    assert rows.flags.c_contiguous
    assert rows.flags.writeable


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (npy([[Bomb(), 1]]), "^the array holds object; send numbers, best float32$"),
        (pickle.dumps(Bomb()), "^the body is not NPY: "),
        (npy([["1", "2"]]), "^the array holds <U1; send numbers"),
        (npy([[True, False]]), "^the array holds bool; "),
        (npy([[1j, 2]]), "^the array holds complex128; "),
        (npy(np.zeros((1, 2), "M8[s]")), "^the array holds datetime64"),
        (npy(np.zeros(2, "f4,f4")), "^the array holds "),
        (npy([1.0, 2.0]), r"^the array has the shape \(2,\); send one of \(rows, columns\)$"),
        (npy(np.zeros((0, 2))), r"^the array has the shape \(0, 2\); "),
        (npy(np.zeros((1, 2, 1))), r"^the array has the shape \(1, 2, 1\); "),
        (npy([[1, 2, 3]]), "^the body has 3 columns, but the model takes 2: width, height$"),
        (npy([[1, 2], [3, np.nan]]), r"^row 2, column 2 \(height\) is not a finite float32 number$"),
        (npy([[1e39, 2]]), r"^row 1, column 1 \(width\) is not a finite float32 number$"),
        (npy(ROWS)[:-1], "^the array should have 32 bytes by its header, but has 31$"),
        (npy(ROWS) + b"x", "^the array should have 32 bytes by its header, but has 33$"),
        (npy(ROWS, version=(3, 0)), r"^the body is NPY of version \(3, 0\); send 1.0"),
        (npy(ROWS)[:40], "^the body is not NPY: "),
        (b"PK\x03\x04 as numpy.savez writes", "^the body is zip; send what is in it; workbooks"),
        (with_header(FLOATS % (10**12, 2)), "^the array should have"),
        (with_header(FLOATS % (-2, 2)), "^the array should have"),
        (with_header(FLOATS % (1, 2) + " " * 1000), "^the body is not"),
        (with_header("(" * 900), "^the body is not NPY: "),
        (with_header("-" * 900 + "1"), "^the body is not NPY: "),
        (with_header("__import__('os').abort()"), "^the body is not NPY: "),
        (b"1,2", "^the body is not NPY: "),
        (b"", "^the request body is empty"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_what_is_no_table_of_numbers_is_refused(body, message):
    with pytest.raises(RequestError, match=message) as refusal:
        codecs.decode(body, NPY, FEATURES)
    assert refusal.value.status == 400
    assert "\n" not in str(refusal.value)


def written(columns: dict) -> np.ndarray:
    return np.load(io.BytesIO(codecs.encode(columns, NPY)), allow_pickle=False)


def test_one_output_is_an_array_of_its_type():
    assert written({"label": ["ä", "longer"]}).tolist() == ["ä", "longer"]
    assert written({"label": ["ä", "longer"]}).dtype == "<U6"
    assert written({"scores": [[0.25, 0.75]]}).tolist() == [[0.25, 0.75]]
    assert written({"label": [1, 2]}).dtype == np.int64


def test_several_outputs_are_fields_by_their_names():
    answer = written({"label": ["a", "b"], "scores": [[0.25, 0.75], [0.5, 0.5]]})
    assert answer["label"].tolist() == ["a", "b"]
    assert answer["scores"].tolist() == [[0.25, 0.75], [0.5, 0.5]]
    assert answer.shape == (2,)


@pytest.mark.parametrize("rows", [["a", None], [[1], [1, 2]], [{"a": 1}, {"a": 2}]])
def test_what_no_array_can_hold_is_refused_rather_than_pickled(rows):
    with pytest.raises(RequestError, match=r"^predictions is no array that NPY can hold") as refusal:
        codecs.encode({"predictions": rows}, NPY)
    assert refusal.value.status == 406


def test_what_is_missing_among_numbers_is_nan():
    assert written({"predictions": [1, None]}).tolist() == pytest.approx([1, math.nan], nan_ok=True)
    assert written({"scores": [[0.5, None]]}).tolist() == [pytest.approx([0.5, math.nan], nan_ok=True)]
