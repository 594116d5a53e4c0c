"""What LightGBM calls what the tests of boosting set."""

COLOURS = ("blue", "green", "red")
ROUNDS, PATIENCE = "num_iterations", "early_stopping_round"
# So few rows as a test has are learnt.
BY_HEART = {"min_data_in_leaf": "1", "min_data_per_group": "1", "cat_smooth": "0", ROUNDS: "20"}
