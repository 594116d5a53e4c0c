"""What an hour costs: as the Pricing API says, else unknown."""

import json
from decimal import Decimal

import pytest
from botocore.stub import Stubber

from byoc.tools.aws.account import PRICING_REGION
from byoc.tools.aws.prices import price


def product(*usd: str) -> str:
    dimensions = {str(number): {"pricePerUnit": {"USD": each}} for number, each in enumerate(usd)}
    return json.dumps({"terms": {"OnDemand": {"x": {"priceDimensions": dimensions}}}})


@pytest.mark.parametrize(
    ("products", "told"),
    [
        ([product("0.1150000000")], "an hour of 2 x ml.m5.large (hosting): 0.23 USD"),
        ([product("0.115"), product("0.115")], "an hour of 2 x ml.m5.large (hosting): 0.23 USD"),
        ([product("0.115"), product("0.2")], "an hour of 2 x ml.m5.large (hosting): unknown"),
        ([], "an hour of 2 x ml.m5.large (hosting): unknown"),
    ],
)
def test_it_is_the_one_that_aws_says(aws, products, told):
    with Stubber(aws.client("pricing")) as stub:
        stub.add_response("get_products", {"PriceList": products})
        assert str(price(aws, "ml.m5.large", 2, "Hosting")) == told


def test_it_is_asked_for_the_region_where_things_run(aws):
    asked = {}
    aws.client("pricing").meta.events.register(
        "provide-client-params.pricing.GetProducts", lambda params, **_: asked.update(params)
    )
    with Stubber(aws.client("pricing")) as stub:
        stub.add_response("get_products", {"PriceList": [product("1")]})
        found = price(aws, "ml.m5.large", 1, "Training")
    assert {each["Field"]: each["Value"] for each in asked["Filters"]} == {
        "regionCode": "eu-west-1", "instanceName": "ml.m5.large", "component": "Training",
    }  # fmt: skip
    assert aws.client("pricing").meta.region_name == PRICING_REGION
    assert found.hourly == Decimal(1)


def test_without_the_right_to_ask_it_is_unknown(aws):
    with Stubber(aws.client("pricing")) as stub:
        stub.add_client_error("get_products", "AccessDeniedException", "not you")
        assert price(aws, "ml.m5.large", 1, "Hosting").document()["usd_an_hour"] == "unknown"
