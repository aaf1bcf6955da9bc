"""Login, passwords, profile and preferences of the logged-in person."""
