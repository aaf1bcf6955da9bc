"""The schema's history. No revision imports the tables of today."""
