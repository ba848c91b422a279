"""Making a study and opening it: its file, problem, instances, profile and history."""
