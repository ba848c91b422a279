"""The command line: click, one file for each group of commands, no logic."""
