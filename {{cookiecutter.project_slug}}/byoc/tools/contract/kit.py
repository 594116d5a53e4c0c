"""State that checks share: the target, the sample request, one plain training run, one running server."""

import http.client
import shutil
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

from .http_client import Address
from .ml_folder import MlFolder
from .outcome import NotChecked, NotHeld, must
from .sample import Sample
from .started import Run, Server
from .targets.program import Program
from .targets.target import Target

JOB = {
    "TRAINING_JOB_NAME": "job-1",
    "TRAINING_JOB_ARN": "arn:aws:sagemaker:us-east-1:123456789012:training-job/job-1",
    "AWS_REGION": "us-east-1",
}


def once(method: Callable) -> Callable:
    """Call a kit's method once and keep what came of it, be it an exception; others wait for it."""

    @wraps(method)
    def kept(self):
        with self.lock:
            lock = self.locks.setdefault(method.__name__, threading.RLock())
        with lock:
            if method.__name__ not in self.kept:
                try:
                    self.kept[method.__name__] = (method(self), None)
                except Exception as error:
                    self.kept[method.__name__] = (None, error)
            value, error = self.kept[method.__name__]
        if error:
            raise error
        return value

    return kept


class Kit:
    """`model` is served in place of what training makes; `limits` are seconds to train and until a server is ready."""

    def __init__(
        self, target: Target, sample: Sample, test_dir: Path, model: Path | None, claims: set[str], limits: dict
    ):
        self.target, self.sample, self.test_dir, self.given_model = target, sample, test_dir, model
        self.claims, self.limits = claims, limits
        self.lock, self.locks, self.kept = threading.Lock(), {}, {}
        self.stack = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="contract-kit-")).resolve()
        self.folder.chmod(0o755)

    def new_folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        folder.chmod(0o755)
        return folder

    def ml(self) -> MlFolder:
        """A fresh /opt/ml for one job."""
        return MlFolder(self.new_folder() / "ml", self.test_dir)

    def train(self, ml: MlFolder | None = None, *words: str, environment: dict | None = None, **how: Any) -> Run:
        """Run `train` to its end."""
        ml = ml or self.ml()
        environment = JOB if environment is None else environment
        with self.target.start(*(words or ("train",)), folder=ml.path, environment=environment, **how) as program:
            code = program.wait(self.limits["train"])
            return Run(code, program.output, program.last_line(), ml, time.monotonic() - program.started)

    @once
    def trained(self) -> Run:
        """The plain run that T-01 judges."""
        return self.train()

    def good_run(self) -> Run:
        """The plain run, for checks that only make sense if it went well."""
        run = self.trained()
        if run.code or not any(run.folder.model.iterdir()):
            raise NotChecked("the plain training run fails, see T-01")
        return run

    @once
    def model(self) -> Path:
        """What training left, packed and unpacked as the platform does it (T-40), or the model that was given."""
        source = self.given_model or self.good_run().folder.model
        archive, folder = self.folder / "model.tar.gz", self.folder / "model"
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(source, arcname=".")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        return folder

    def serving(self, model: Path | None = None, **how: Any):
        """`with kit.serving() as server`: a server of the check's own. The shared one must have become ready before."""
        self.server()
        return self._serve(model or self.model(), **how)

    @contextmanager
    def _serve(self, model: Path | None, port: int = 8080, **how: Any) -> Iterator[Server]:
        how = {"ports": (port,), **how}
        with self.target.start("serve", model=model, **how) as program:
            yield self.ready(program, program.address(port))

    def server(self) -> Server:
        """The server that all read-only checks share; raises NotChecked if it does not become ready."""
        try:
            return self.started()
        except NotHeld:
            raise NotChecked("the server does not become ready, see S-01") from None

    @once
    def started(self) -> Server:
        """The plain start that S-01 judges."""
        return self.stack.enter_context(self._serve(self.model()))

    def ready(self, program: Program, address: Address) -> Server:
        """Ping until 200, as the platform does; raises NotHeld if the program ends or the time is up."""
        server = Server(program, address, self.sample)
        seen = "nothing"
        while time.monotonic() - program.started < self.limits["ready"]:
            must(program.running, f"serve ended with exit code {program.process.poll()}: {program.last_line()}")
            with suppress(OSError, http.client.HTTPException):
                answer = server.ask("GET", "/ping", seconds=10)
                server.first_ping = server.first_ping or answer.seconds
                server.statuses.add(answer.status)
                seen = answer.brief()
                if answer.status == 200 and program.is_alive():
                    server.seconds_to_ready = time.monotonic() - program.started
                    return server
            time.sleep(0.05)
        raise NotHeld(f"no 200 on GET /ping within {self.limits['ready']:.0f} s; the last answer was {seen}")

    def close(self) -> None:
        """Stop and remove all that was started, and every folder."""
        with suppress(Exception):
            self.stack.close()
        self.target.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists():
            self.target.remove_tree(self.folder)
            shutil.rmtree(self.folder, ignore_errors=True)
