"""What ends a verb. The first line names the thing, the value, the rule and the way out; more lines may follow."""

from byoc.variables import nearest

FAILED, WRONG_USAGE = 1, 2


class AwsError(Exception):
    """The verb failed. `status` is the exit code."""

    status = FAILED


class UsageError(AwsError):
    """The command line or sagemaker.toml is wrong; nothing was called."""

    status = WRONG_USAGE


class CredentialsError(AwsError):
    """There are no credentials, or AWS takes them no more."""


class CallError(AwsError):
    """AWS refused a call. `operation` is `service:Operation`, `code` and `reason` are AWS's own."""

    def __init__(self, operation: str, code: str, reason: str, note: str = ""):
        super().__init__(f"{operation} failed with {code}: {reason}{f' ({note})' if note else ''}")
        self.operation, self.code, self.reason = operation, code, reason

    def is_absence(self) -> bool:
        """Whether AWS says that the thing asked for does not exist; SageMaker has no code of its own for that."""
        told = self.reason.lower()
        return (
            self.code in {"ResourceNotFound", "ResourceNotFoundException", "NoSuchEntity", "NoSuchBucket", "404"}
            or self.code.endswith("NotFoundException")
            or (self.code == "ValidationError" and "does not exist" in told)
            or (self.code == "ValidationException" and ("could not find" in told or "does not exist" in told))
        )


def suggestion(name: str, known: list[str]) -> str:
    """ "the nearest is max_run", or all that there are, for an error about a name that is none of them."""
    near = nearest(name, known)
    return f"the nearest is {near}" if near else f"there are: {', '.join(sorted(known))}" if known else "there are none"
