"""What the design rests on, compared side by side: `make bench`."""
