"""What an instance costs an hour, as AWS's Pricing API says it. No price is kept here: where it says none, it is
unknown.
"""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, perform
from byoc.tools.aws.errors import AwsError

Use = Literal["Training", "Hosting", "Batch Transform"]
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Price:
    """What `count` instances cost for as long as they run, on demand and without storage."""

    instance_type: str
    count: int
    use: Use
    hourly: Decimal | None  # US dollars for all of them; None if it is unknown

    def __str__(self) -> str:
        money = UNKNOWN if self.hourly is None else f"{self.hourly.normalize():f} USD"
        return f"an hour of {self.count} x {self.instance_type} ({self.use.lower()}): {money}"

    def document(self) -> dict[str, Any]:
        hourly = UNKNOWN if self.hourly is None else str(self.hourly)
        return {"instance_type": self.instance_type, "count": self.count, "use": self.use, "usd_an_hour": hourly}


def price(account: Account, instance_type: str, count: int, use: Use) -> Price:
    """Ask for a price. It is unknown without pricing:GetProducts, without a network, and where several fit."""
    filters = {"regionCode": account.region, "instanceName": instance_type, "component": use}
    parameters = {
        "ServiceCode": "AmazonSageMaker",
        "Filters": [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()],
    }
    try:
        products = perform(account, Call("pricing", "GetProducts", parameters))["PriceList"]
    except AwsError:
        products = []
    found = {hourly for product in products for hourly in _hourly(json.loads(product))}
    return Price(instance_type, count, use, found.pop() * count if len(found) == 1 else None)


def _hourly(product: dict[str, Any]) -> set[Decimal]:
    terms = product.get("terms", {}).get("OnDemand", {}).values()
    dimensions = [each for term in terms for each in term["priceDimensions"].values()]
    return {Decimal(each["pricePerUnit"]["USD"]) for each in dimensions if "USD" in each.get("pricePerUnit", {})}
