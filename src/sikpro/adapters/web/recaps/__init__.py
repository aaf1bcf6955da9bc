"""The dashboard, the recap with its files, targets, schedules and exports."""
