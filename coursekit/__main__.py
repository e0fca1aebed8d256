"""`python -m coursekit` is the command `coursekit`."""

from coursekit.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
