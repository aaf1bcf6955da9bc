"""Run the simulation by hand: `python -m tests.simulation --seed 7 --hours 24`."""

import sys

from tests.simulation.command import main

sys.exit(main())
