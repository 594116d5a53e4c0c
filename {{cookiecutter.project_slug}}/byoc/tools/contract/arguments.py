"""The command line."""

import argparse
import re
import sys
from pathlib import Path

from . import catalogue

PROJECT = Path(__file__).resolve().parents[3]
LOCAL_TEST = PROJECT / "local_test"
TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".npy": "application/x-npy",
    ".parquet": "application/x-parquet",
}


def parse(words: list[str], description: str) -> argparse.Namespace:
    """The options, and from them `claims`, `environment` and `content_type`; exits with status 2 if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python3 -m byoc.tools.contract",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("image", nargs="?", help="an image that this machine has; without it, the programs in --programs are run")
    add("--programs", type=Path, default=PROJECT / "program", help="the folder with train and serve (program/)")
    add("--test-dir", type=Path, default=LOCAL_TEST / "test_dir", help="a small /opt/ml: input/data, input/config")
    add("--model-dir", type=Path, help="serve this model, not the one that training makes")
    add("--payload", type=Path, default=LOCAL_TEST / "payload.csv", help="the body of a request")
    add("--content-type", help="its type; by default from the file's name")
    add("--accept", default="", help="the type to ask for; none by default")
    add(
        "--expected",
        type=Path,
        help="the body that must come back, but for last digits; by default any, with 200",
    )
    more = {"action": "append", "default": []}
    add("--env", metavar="NAME=VALUE", help="an environment variable that every start of it needs", **more)
    add("--claim", metavar="FEATURE", help=f"also hold it to: {', '.join(catalogue.features())}", **more)
    add("--only", metavar="ID", help="check these ids only, or those that begin so, as in --only S-4", **more)
    add("--slow", action="store_true", help="also make the checks that take up to 15 minutes")
    add("--train-limit", type=float, default=300, metavar="SECONDS", help="for one training run (300)")
    add("--ready-limit", type=float, default=60, metavar="SECONDS", help="until a server is ready (60)")
    add("--jobs", type=int, default=3, help="checks at a time (3)")
    report = Path("contract-report")
    add("--report", type=Path, default=report, help="the folder for report.md, report.json and junit.xml")
    chosen = parser.parse_args(words)
    if not (chosen.test_dir / "input" / "data").is_dir():
        parser.error(f"--test-dir {chosen.test_dir} has no input/data; name a folder laid out like /opt/ml")
    if not chosen.payload.is_file():
        parser.error(f"--payload {chosen.payload} is not a file")
    if chosen.expected and not chosen.expected.is_file():
        print(f"contract: there is no {chosen.expected}: any answer with status 200 will do", file=sys.stderr)
        chosen.expected = None
    chosen.content_type = chosen.content_type or TYPES.get(chosen.payload.suffix)
    if not chosen.content_type:
        parser.error(f"what {chosen.payload.name} is, its name does not say; say it with --content-type")
    chosen.claims = {claim for words in chosen.claim for claim in words.split()}
    for claim in sorted(chosen.claims - set(catalogue.features())):
        parser.error(f"--claim {claim}: there is {', '.join(catalogue.features())}")
    for only in chosen.only:
        if not any(duty.id.startswith(only) for duty in catalogue.duties()):
            parser.error(f"--only {only}: no id begins so; they are such as T-01 and S-14")
    for setting in chosen.env:
        if not re.match(r"[A-Za-z_]\w*=", setting):
            parser.error(f"--env {setting} is not of the form NAME=VALUE")
    chosen.environment = dict(setting.split("=", 1) for setting in chosen.env)
    return chosen
