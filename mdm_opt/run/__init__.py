"""Running the trials of a study: workers, races, and launches of many workers."""
