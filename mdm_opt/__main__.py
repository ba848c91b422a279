"""``python -m mdm_opt``."""

from mdm_opt.cli.main import main

if __name__ == "__main__":
    main()
