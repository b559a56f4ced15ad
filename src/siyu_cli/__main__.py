"""``python -m siyu_cli`` is ``siyu``."""

import sys

from siyu_cli.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
