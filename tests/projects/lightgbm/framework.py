"""What LightGBM calls what the tests of boosting set."""

COLOURS = ("blue", "green", "red")
# Of metrics, between one host, where it counts the rows of a leaf, and several, where it estimates them.
TOLERANCE = 0.05
ROUNDS, PATIENCE = "num_iterations", "early_stopping_round"
# So few rows as a test has are learnt.
BY_HEART = {"min_data_in_leaf": "1", "min_data_per_group": "1", "cat_smooth": "0", ROUNDS: "20"}
