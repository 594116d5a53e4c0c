"""Runs of the conformance kit on images that are built for it, several side by side: they mostly wait.

Many checks measure time, and on a machine that is busy with other tests a few may not come out as they should. They
are run again, one at a time, at most twice; what comes out then counts.
"""

import json
import subprocess
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def side_by_side(at_once: int, runs: dict[str, Callable[[str, Path], None]], folder: Path) -> dict[str, dict]:
    """What each run, called with an image's name and a folder, leaves there as report.json, by its name."""
    with ThreadPoolExecutor(at_once) as pool:
        started = {name: pool.submit(with_image, name, run, folder / name) for name, run in runs.items()}
    return {name: future.result() for name, future in started.items()}


def with_image(name: str, run: Callable[[str, Path], None], folder: Path) -> dict:
    """The kit's report.json, and how many containers are left of the image, which is removed."""
    image = f"byoc-kit-{name.replace(' ', '-')}-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    try:
        run(image, folder)
        images = subprocess.check_output(["docker", "ps", "--all", "--format", "{{.Image}}"], text=True).split()
        return json.loads((folder / "report.json").read_text()) | {"left": images.count(image)}
    finally:
        subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True, check=False)


def look_again(folder: Path, unexpected: Callable[[dict], Iterable[str]], run: Callable[[list[str]], None]) -> None:
    """Have `run` check alone the duties that came out unexpectedly; report.json then has what it finds.

    `unexpected` names them in a report, and `run` takes options of the kit.
    """
    file = folder / "report.json"
    for _ in range(2):
        first = json.loads(file.read_text())
        ids = sorted(unexpected(first))
        if not ids:
            return
        print(f"looking again at {' '.join(ids)}: {[duty for duty in first['duties'] if duty['id'] in ids]}")
        run([word for id in ids for word in ("--only", id)] + ["--jobs", "1"])
        again = json.loads(file.read_text())
        known = {duty["id"]: duty for duty in again["duties"] if duty["id"] in ids}
        first["duties"] = [known.get(duty["id"], duty) for duty in first["duties"]]
        first["checks"] |= {name: again["checks"][name] for duty in known.values() for name in duty["checks"]}
        file.write_text(json.dumps(first))
