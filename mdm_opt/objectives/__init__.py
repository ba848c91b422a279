"""How samples are judged: one file for each objective."""
