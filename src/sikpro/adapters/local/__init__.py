"""Services of this process: clock, threads, passwords, live hints and child processes."""
