"""``python -m mdm_opt``."""

from mdm_opt.cli.supervision import entry

if __name__ == "__main__":
    entry()
