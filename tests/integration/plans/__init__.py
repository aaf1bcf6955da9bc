"""How the databases read: what every list asks is explained, for a million orders."""
