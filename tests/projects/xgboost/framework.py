"""What XGBoost calls what the tests of boosting set."""

COLOURS = ("0", "1", "2")  # it learns no texts
TOLERANCE = 0.0001  # of metrics, between one host and several
ROUNDS, PATIENCE = "num_round", "early_stopping_rounds"
BY_HEART = {"min_child_weight": "0", "reg_lambda": "0", ROUNDS: "20"}  # so few rows as a test has are learnt
