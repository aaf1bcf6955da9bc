"""The catalogue, the installation's settings and the notice."""
