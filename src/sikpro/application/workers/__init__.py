"""The loops that run beside requests: receive updates, send messages, run jobs, fetch files, write exports."""
