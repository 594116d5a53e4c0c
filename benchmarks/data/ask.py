"""Answer one request as a project serves it, in the Python of that project; writes what a refusal says into a file.

    ask.py PROJECT MODEL BODY CONTENT_TYPE REFUSAL [ANSWER]

careless.py takes what the process cost, packaged.py the answer.
"""

import sys
from pathlib import Path


def main(
    project: Path, model: Path, body: Path, content_type: str, refusal: Path, answered: Path | None = None
) -> None:
    sys.path[:0] = [str(project / "program"), str(project)]
    import predictor as handlers
    from byoc.serving.predictor import Predictor
    from byoc.settings import Settings

    predictor = Predictor(model, Settings.from_environment({}), handlers)
    answer = predictor.respond(body.read_bytes(), content_type, "text/csv")
    if answer.status != 200:
        refusal.write_bytes(b"%d: " % answer.status + answer.body)
    elif answered:
        answered.write_bytes(answer.body)


if __name__ == "__main__":
    project, model, body, content_type, *written = sys.argv[1:]
    main(Path(project), Path(model), Path(body), content_type, *map(Path, written))
