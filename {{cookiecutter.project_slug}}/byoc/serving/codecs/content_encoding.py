"""Content-Encoding: gzip is unpacked before anyone reads the body, and never to more than a payload may have.

https://www.rfc-editor.org/rfc/rfc9110#section-8.4
"""

import gzip
import io
import zlib

from byoc.errors import RequestError

GZIP = (["gzip"], ["x-gzip"])
LARGEST = 1000  # megabytes: what SageMaker sends at most, where no limit is set (S-46)


def decoded(body: bytes, encoding: str, most: int) -> bytes:
    """The body as it was before `encoding`, the header's value; `most` is in megabytes, 0 for no limit.

    Raises RequestError: 413 for more than that, 415 for another encoding, 400 for what is no gzip.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not names:
        return body
    if names not in GZIP:
        raise RequestError(415, f"Content-Encoding {encoding[:80]!r} is not supported; send gzip, or the body as it is")
    most = most or LARGEST
    try:
        content = gzip.GzipFile(fileobj=io.BytesIO(body)).read((most << 20) + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise RequestError(400, f"the body is not gzip, as its Content-Encoding says: {error}") from None
    if len(content) > most << 20:
        limit = f"the body is more than {most} MB when unpacked, which SAGEMAKER_MAX_PAYLOAD_IN_MB sets"
        raise RequestError(413, f"{limit}; send fewer rows, or raise it")
    return content
