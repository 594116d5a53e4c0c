"""What the trained model answers to the payloads in local_test/."""

import json

from example import LOCAL_TEST, PAYLOAD, assert_expected, same


def test_payload_csv_is_answered_with_expected_csv(ask):
    answer = ask(PAYLOAD.read_bytes())
    assert answer.status == 200, answer.body
    assert_expected(answer.body)


def test_payload_json_is_answered_as_each_of_its_rows_alone(ask):
    rows = json.loads((LOCAL_TEST / "payload.json").read_bytes())["instances"]
    together, alone = predictions(ask, rows), [predictions(ask, [row]) for row in rows]
    assert len(together) == len(rows)
    assert all(same(str(one), str(other)) for one, [other] in zip(together, alone, strict=True)), (together, alone)


def predictions(ask, rows: list) -> list:
    answer = ask(json.dumps({"instances": rows}).encode(), "application/json")
    assert answer.status == 200, answer.body
    return json.loads(answer.body)["predictions"]
