"""Calls to AWS: what one is, and the only way to make one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    TokenRetrievalError,
)
from botocore.model import OperationModel

from byoc.tools.aws.errors import AwsError, CallError, CredentialsError
from byoc.tools.aws.validation import operation_model, validate

EXPIRED = {
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
}
LOG_IN = "log in with `aws sso login` or `aws configure`, or set AWS_PROFILE, then run the same command again"


@dataclass(frozen=True)
class Call:
    """A call that may be made: `service` is boto3's name of it, `operation` AWS's, such as CreateTrainingJob."""

    service: str
    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    note: str = ""  # for people: what it is for

    @property
    def name(self) -> str:
        """`service:Operation`, as USES has it."""
        return f"{self.service}:{self.operation}"

    @property
    def model(self) -> OperationModel:
        return operation_model(self.service, self.operation)


class Clients(Protocol):
    """An account, as far as calls need it."""

    performed: list[Call]

    def client(self, service: str) -> Any: ...


def perform(account: Clients, call: Call) -> dict[str, Any]:
    """Check the request in full, then make the call; the response without ResponseMetadata.

    Raises AwsError for a request that AWS would refuse, CredentialsError, and CallError with AWS's own code.
    """
    validate(call.service, call.operation, call.parameters)
    client = account.client(call.service)
    account.performed.append(call)
    with _told(call):
        response = getattr(client, _method(client, call.operation))(**call.parameters)
    response.pop("ResponseMetadata", None)
    return response


def pages(account: Clients, call: Call, key: str) -> Iterator[Any]:
    """Every item below `key` in all pages of a list; each page is a call of its own. Raises as perform() does."""
    validate(call.service, call.operation, call.parameters)
    client = account.client(call.service)
    account.performed.append(call)
    with _told(call):
        for page in client.get_paginator(_method(client, call.operation)).paginate(**call.parameters):
            yield from page.get(key) or ()


def exists(account: Clients, call: Call) -> dict[str, Any] | None:
    """What a Describe or Get call finds, None if there is no such thing."""
    try:
        return perform(account, call)
    except CallError as error:
        if error.is_absence():
            return None
        raise


def _method(client: Any, operation: str) -> str:
    return next(name for name, its in client.meta.method_to_api_mapping.items() if its == operation)


@contextmanager
def _told(call: Call) -> Iterator[None]:
    """Turns botocore's errors into ours."""
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        code, reason = told.get("Code", "an error without a code"), " ".join(told.get("Message", "").split())
        if code in EXPIRED:
            raise CredentialsError(f"AWS does not take the credentials ({code}: {reason}); {LOG_IN}") from None
        raise CallError(call.name, code, reason or "AWS gave no reason", call.note) from None
    except (NoCredentialsError, PartialCredentialsError):
        raise CredentialsError(f"there are no AWS credentials; {LOG_IN}") from None
    except (CredentialRetrievalError, TokenRetrievalError) as error:
        raise CredentialsError(f"the AWS credentials cannot be had ({_line(error)}); {LOG_IN}") from None
    except BotoCoreError as error:
        raise AwsError(f"{call.name} failed: {_line(error)}; check the network and the region") from None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
