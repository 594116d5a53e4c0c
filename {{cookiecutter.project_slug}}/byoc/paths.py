"""The paths under /opt/ml that a container reads and writes."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The tree under `/opt/ml`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
    """

    base: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """`/opt/ml`, or the folder that SAGEMAKER_BASE_DIR names (to run without a container)."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def config(self) -> Path:
        return self.base / "input" / "config"

    @property
    def data(self) -> Path:
        return self.base / "input" / "data"

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def models(self) -> Path:
        """Where SageMaker puts the models of a multi-model endpoint (M-03)."""
        return self.base / "models"

    @property
    def output_data(self) -> Path:
        return self.base / "output" / "data"

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints are, unless the job names another folder (C-01)."""
        return self.base / "checkpoints"

    @property
    def failure(self) -> Path:
        """What SageMaker shows of a job that failed: as FailureReason, or as a Processing job's ExitMessage (X-62)."""
        return self._root / "output" / ("message" if self.processing_config.exists() else "failure")

    @property
    def processing_config(self) -> Path:
        """Only a Processing job has it (X-61)."""
        return self._root / "config" / "processingjobconfig.json"

    @property
    def _root(self) -> Path:
        """`/opt/ml` itself. A Processing job has its data below `/opt/ml/processing`, which it gives as the base."""
        return self.base.parent if self.base.name == "processing" else self.base
