"""What a user does with a study: create, run, verify, best, sample, export."""
