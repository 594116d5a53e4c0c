"""The end of serving: a missing model, the death of a process, a signal."""

import contextlib
import http.client
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ...kit import Kit, once
from ...ml_folder import contents
from ...outcome import NotChecked, NotHeld, container_only, must
from ...started import Server
from ...targets.program import wait_until
from .serving import slow_body


def no_200_without_a_usable_model(kit: Kit) -> str:
    """S-07: neither for an empty model folder nor for files cut in half."""
    must(200 not in without_model(kit)[0], "with an empty /opt/ml/model, GET /ping → 200")
    cut = kit.new_folder()
    for name, size in contents(kit.model()).items():
        target = cut / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((kit.model() / name).read_bytes()[: size // 2])
    must(200 not in fate(kit, cut)[0], "with model files cut in half, GET /ping → 200")
    return "never 200, with an empty folder and with files cut in half"


def start_without_model_ends_or_explains(kit: Kit) -> str:
    """S-13: no silent hang until the platform gives up."""
    statuses, code, line = without_model(kit)
    must(code is None or code != 0, "ended with exit code 0 for want of a model")
    must(code is not None or statuses & {500, 503}, f"neither ends nor answers 503; pings → {sorted(statuses)}")
    must(line.strip("()") != "it printed nothing", "not a word in the log")
    return f"{f'exit code {code}' if code is not None else 'answers 503'}: {line[:120]}"


@once
def without_model(kit: Kit) -> tuple[set[int], int | None, str]:
    return fate(kit, kit.new_folder())


def fate(kit: Kit, model: Path) -> tuple[set[int], int | None, str]:
    """What becomes of a server with such a model within 15 s: statuses of pings, exit code, last line of its log."""
    kit.server()
    statuses: set[int] = set()
    with kit.target.start("serve", model=model, ports=(8080,)) as program:
        with contextlib.suppress(NotHeld):
            server = Server(program, program.address(), kit.sample)
            deadline = time.monotonic() + 15
            while program.running and time.monotonic() < deadline and 200 not in statuses:
                with contextlib.suppress(OSError, http.client.HTTPException):
                    status = server.ask("GET", "/ping", seconds=5).status
                    statuses |= {status} if program.is_alive() else set()
                time.sleep(0.2)
        code = program.wait(5) if not program.running else None
        return statuses, code, program.last_line()


def death_of_a_server_process_ends_or_heals(kit: Kit) -> str:
    """S-12, L-14: no container goes on with half of its servers, and none ends as if all were well."""
    with kit.serving() as server:
        names = server.program.children()
    if not names:
        return "there is one process: its end is the container's"
    fates = []
    for number in range(len(names)):
        with kit.serving() as server:
            children = sorted(server.program.children())
            if number >= len(children):
                break
            server.program.kill_child(children[number])
            time.sleep(0.5)
            ok = wait_until(lambda server=server: not server.program.running or pings(server), 30, 0.2)
            must(ok, f"after SIGKILL to child {number + 1} of {len(names)} it neither ended nor answers pings")
            if not server.program.running:
                code = server.program.wait(5)
                must(code != 0, f"after SIGKILL to child {number + 1} of {len(names)} it ended with exit code 0")
            fates.append("goes on" if server.program.running else f"exit code {code}")
    return f"SIGKILL to each child of the main process: {', '.join(fates)}"


def pings(server: Server) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return server.ask("GET", "/ping", seconds=3).status == 200 and server.predict(seconds=10).status == 200
    return False


def sigterm_lets_requests_finish(kit: Kit) -> str:
    """S-14, L-14: what is under way is answered, and the end comes within 30 s."""
    body = slow_body(kit).content
    with kit.serving() as server, ThreadPoolExecutor(1) as pool:
        request = pool.submit(server.predict, body, 60)
        time.sleep(0.3)
        early = request.done()
        sent = time.monotonic()
        server.program.send(signal.SIGTERM)
        code = server.program.wait(30)
        seconds = time.monotonic() - sent
        try:
            answer = request.result()
        except (OSError, http.client.HTTPException) as error:
            raise NotHeld(f"the request under way got no answer: {type(error).__name__}") from None
    must(answer.status == 200, f"the request under way → {answer.brief()}")
    must(code != 137, "ended by SIGKILL")
    if early:
        raise NotChecked("the slowest request there is was answered before SIGTERM could be sent")
    return f"ended {seconds:.1f} s after SIGTERM, exit code {code}; the request under way → 200"


@container_only
def stops_on_sigint(kit: Kit) -> str:
    """X-62: the documentation of Processing names SIGINT."""
    with kit.serving() as server:
        server.program.send(signal.SIGINT)
        return f"exit code {server.program.wait(30)} after SIGINT"
