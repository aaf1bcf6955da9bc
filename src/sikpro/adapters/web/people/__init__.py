"""Users, technicians, one person's page and access requests."""
