"""What technicians are sent."""
