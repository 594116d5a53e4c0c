"""`deploy/sagemaker VERB`: the exit code is 0 done, 1 failed, 2 wrong usage or file, 3 a plan has changes."""

import sys

from byoc.tools.aws.arguments import parsed
from byoc.tools.aws.console import Console
from byoc.tools.aws.context import Context
from byoc.tools.aws.errors import AwsError

INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    verb, options = parsed(arguments)
    console = Console(options.json)
    try:
        return verb.run(Context(options, console))
    except AwsError as error:
        print(f"sagemaker {options.verb}: {error}", file=sys.stderr)
        console.result({"error": str(error)})
        return error.status
    except KeyboardInterrupt:
        print(f"sagemaker {options.verb}: interrupted; what was begun on AWS goes on", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `| head`
        sys.stderr.close()
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
