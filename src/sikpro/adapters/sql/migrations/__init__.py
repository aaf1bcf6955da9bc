"""The history of the schema. No revision imports the present tables."""
