"""Users, technicians, the page of one person, and access requests."""
