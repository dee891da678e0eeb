"""The command line, `python -m core COMMAND`: a module a command, and the decoders' options as flags."""
