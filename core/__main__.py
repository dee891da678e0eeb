"""The command line: `python -m core COMMAND`."""

import sys

from core.commands.command_line import main

if __name__ == "__main__":
    sys.exit(main())
