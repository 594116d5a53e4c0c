"""What a number is: JSON's and C's decimal numbers, in training data and in requests alike (kind 27)."""

import numpy as np
import pytest

from byoc.channels import parsing
from byoc.errors import RequestError
from byoc.serving import codecs

NUMBERS = {"1": 1, "-1.5": -1.5, "+5": 5, ".5": 0.5, "5.": 5, "1e3": 1000, "2E-1": 0.2, "007": 7}
TEXTS = ["1_0", "1_000.5", "١٢", "１２", "0x1F", "1,234.5", "1 2", "--1", "1e", "½", "1.2.3", "1f"]


@pytest.mark.parametrize("text", TEXTS)
def test_what_only_python_takes_for_a_number_is_text(lay, text):
    assert not parsing.is_number(text)
    with pytest.raises(ValueError, match="is not a number"):
        lay(f'a,2\nb,"{text}"\n').read_labelled()
    with pytest.raises(ValueError, match="is not a number"):
        lay(f'a,2\nb,"{text}"\n').read_records([])
    with pytest.raises(RequestError, match=r"row 2, column 1( \(x\))? is .*, not a number"):
        codecs.decode(f'2,3\n"{text}",4\n'.encode(), "text/csv", ["x", "y"])


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_numbers_are_numbers_on_both_sides(lay, text, number):
    rows = f"a,{text},2\nb,{text},2\n"
    assert lay(rows).read_labelled()[1][:, 0].tolist() == [np.float32(number)] * 2
    assert lay(rows).read_records()[1]["feature_1"].tolist() == [np.float32(number)] * 2
    assert codecs.decode(f"{text},2\n".encode(), "text/csv", ["x", "y"]).tolist() == [[np.float32(number), 2]]
