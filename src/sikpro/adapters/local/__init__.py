"""What this very process gives: its clock, its threads, its passwords and its live hints."""
