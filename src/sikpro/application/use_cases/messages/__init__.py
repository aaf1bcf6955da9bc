"""Messages to technicians."""
