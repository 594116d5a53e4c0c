"""The host of a multi-model endpoint's models, each in a process of its own (M-02 to M-16).

So an unloaded model gives all its memory back, a model that crashes takes only itself along, and all of the server's
workers share one copy. This process forks them: it has imported what they need, loads no model and runs no second
thread. It alone knows which models there are, and takes one step at a time, so that nobody ever sees half of one:
requests about a model that is being loaded or unloaded wait until that is done.

`python -m byoc.serving.multi_model.host FOLDER MODULE` listens at `FOLDER/host` (see requests.py for what it is asked).
A loaded model listens at `FOLDER/<requests.entry(name)>`; MODULE, the project's predictor.py, may define its handlers.
The host ends, and all models with it, when its standard input does.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType

from byoc import log
from byoc.errors import ModelError, SettingError
from byoc.serving.default_handlers import check
from byoc.serving.handlers import load, model_fn, of
from byoc.serving.multi_model import memory, process, requests
from byoc.settings import MODELS_HOST, Settings

Request = dict[str, str]


@dataclass
class Model:
    """`state` is loading, loaded, unloading or ended; `status` and `reason` say why it ended, if by itself."""

    name: str
    url: str  # as the client gave it
    pid: int
    pipe: Connection
    needs: int  # bytes, as far as its files tell
    asked_by: Connection | None
    state: str = "loading"
    status: int = 200
    reason: str = ""
    waiting: list[tuple[Connection, Request]] = field(default_factory=list)


class Host:
    def __init__(self, folder: Path, settings: Settings, handlers: ModuleType):
        self.folder = folder
        self.handlers = handlers
        self.settings = settings
        self.models: dict[str, Model] = {}
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / MODELS_HOST))
        self.listener.listen(1024)
        self.watch(self.listener, self.accept)

    def watch(self, source: object, react: Callable) -> None:
        self.selector.register(source, selectors.EVENT_READ, react)

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if self.selector.get_map().get(key.fd) is key:  # what came before may have closed it
                    key.data(key.fileobj)

    def accept(self, listener: socket.socket) -> None:
        client, _ = listener.accept()
        self.watch(Connection(client.detach()), self.receive)

    def receive(self, client: Connection) -> None:
        """A request, or the end of a client: one that nobody waits for any more need not be loaded."""
        try:
            request = json.loads(client.recv_bytes())
        except (EOFError, OSError):
            self.close(client)
            for model in self.models.values():
                if model.asked_by is client and model.state == "loading":
                    os.kill(model.pid, signal.SIGKILL)
        else:
            self.handle(client, request)

    def handle(self, client: Connection, request: Request) -> None:
        model = self.models.get(request.get("name", ""))
        if model and model.state in ("loading", "unloading"):
            model.waiting.append((client, request))
        else:
            getattr(self, f"do_{request['do']}")(client, request, model)

    def do_list(self, client: Connection, request: Request, model: None) -> None:
        loaded = [[model.name, model.url] for model in self.models.values() if model.state == "loaded"]
        self.reply(client, 200, models=loaded)

    def do_load(self, client: Connection, request: Request, model: Model | None) -> None:
        name, url, folder = request["name"], request["url"], Path(request["folder"])
        if model and model.state == "loaded":
            return self.reply(client, 409, f"the model {name!r} is loaded already, from {model.url}")
        try:
            needs = memory.size(folder)
            under_way = sum(model.needs for model in self.models.values() if model.state == "loading")
            if short := memory.shortage(needs + under_way):
                return self.reply(client, 507, f"{url} cannot be loaded: {short}; unload another model")
            ours = [self.selector, *(key.fileobj for key in self.selector.get_map().values())]
            model = Model(
                name, url, *process.start(folder, self.settings, self.handlers, self.folder, ours), needs, client
            )
        except OSError as error:
            return self.reply(client, 507, f"no process can be started for {url}: {error}; unload another model")
        self.models[name] = model
        self.watch(model.pipe, lambda _: self.hear(model))

    def hear(self, model: Model) -> None:
        """The model's process has tried to load, or has ended."""
        try:
            tried = json.loads(model.pipe.recv_bytes())
        except (EOFError, OSError):
            return self.bury(model)
        model.status, model.reason = tried["status"], tried["reason"]
        if model.status == 200 and (short := memory.shortage(0)):
            model.status, model.reason = 507, f"{model.url} was unloaded again: {short}; unload another model"
        if model.status != 200:
            return os.kill(model.pid, signal.SIGKILL)
        (self.folder / str(model.pid)).rename(self.entry(model))
        self.settle(model, "loaded")

    def do_unload(self, client: Connection, request: Request, model: Model | None) -> None:
        if not model or model.state == "ended":
            self.models.pop(request["name"], None)
            return self.reply(client, 404, requests.not_loaded(request["name"]))
        model.state, model.asked_by = "unloading", client
        self.entry(model).unlink()  # before all else: from now on it is not to be found
        with suppress(OSError):  # it has just ended by itself
            model.pipe.send_bytes(b"enough")

    def bury(self, model: Model) -> None:
        """Its memory is the system's again, and whoever waits for that is told."""
        self.close(model.pipe)
        code = os.waitstatus_to_exitcode(os.waitpid(model.pid, 0)[1])
        if model.state == "unloading":
            return self.settle(model, "unloaded")
        for file in (self.folder / str(model.pid), self.entry(model)):
            file.unlink(missing_ok=True)
        if model.status == 200:
            model.status = 507 if code == -signal.SIGKILL else 500
            why = "it was killed, as the kernel does when memory is short" if model.status == 507 else "see the log"
            model.reason = f"the process of the model {model.name!r} ended with exit code {code}: {why}"
        self.settle(model, "refused" if model.state == "loading" else "ended")

    def do_ending(self, client: Connection, request: Request, model: Model | None) -> None:
        """How a model ended that gave no answer: known once it is buried."""
        if model and model.state == "loaded":
            model.waiting.append((client, request))
        else:
            ended = model or Model("", "", 0, None, 0, None, status=404, reason=requests.not_loaded(request["name"]))
            self.reply(client, ended.status, ended.reason)

    def settle(self, model: Model, state: str) -> None:
        """Tell who asked for the change, then those who waited for it."""
        model.state = state
        if state in ("refused", "unloaded"):
            del self.models[model.name]
        log.line(event=f"model {state}", model=model.name, url=model.url, remark=model.reason)
        if model.asked_by:
            self.reply(model.asked_by, model.status, model.reason, url=model.url)
        waiting, model.waiting, model.asked_by = model.waiting, [], None
        for client, request in waiting:
            if not client.closed:
                self.handle(client, request)

    def reply(self, client: Connection, status: int, reason: str = "", **more: object) -> None:
        with suppress(OSError):  # it may have given up, and be closed
            client.send_bytes(json.dumps({"status": status, "reason": reason, **more}).encode())
        self.close(client)

    def close(self, source: Connection) -> None:
        if not source.closed:
            self.selector.unregister(source)
            source.close()

    def entry(self, model: Model) -> Path:
        return self.folder / requests.entry(model.name)


def main(folder: Path, module: str) -> None:
    settings = Settings.from_environment()
    try:
        handlers = load(module)
        model_fn(handlers)  # what the two import is there once for all models
        check(settings, of(handlers))
    except (ModelError, SettingError) as error:
        sys.exit(f"serve: {error}")
    host = Host(folder, settings, handlers)
    host.watch(sys.stdin, lambda _: sys.exit(0))
    gc.freeze()  # what is frozen is never written to by the models' collectors, so they share it
    host.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
