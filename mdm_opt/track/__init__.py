"""Trials, results and schedules where the team looks: MLflow, Weights & Biases, TensorBoard."""
