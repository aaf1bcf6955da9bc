"""`python -m sikpro`: the command line."""

from importlib import import_module

import_module("sikpro.entrypoints.cli").main(prog_name="sikpro")
