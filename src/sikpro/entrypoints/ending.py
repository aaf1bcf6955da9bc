"""How the process of a command ends."""

import atexit
import os
import sys
from contextlib import suppress


def end_at_once_with_a_bucket(code: object) -> None:
    """End this process with its exit code if it opened a bucket, else return.

    A thread of obstore's may still let go of an object of Python after its answer is here. If the interpreter ends
    meanwhile, the process aborts, and its exit code is 134 whatever it did.
    """
    if "obstore" not in sys.modules:
        return
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
