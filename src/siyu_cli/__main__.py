"""``python -m siyu_cli`` is ``siyu``."""

from siyu_cli.cli.main import run

if __name__ == "__main__":
    run()
