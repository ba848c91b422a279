"""Whether everything is there that a study needs: one check after another, nothing is written."""
