"""The loops that run beside requests: they take in updates, send messages, do jobs, fetch files, make exports."""
