"""Login, passwords, the profile and preferences of the person who is logged in."""
