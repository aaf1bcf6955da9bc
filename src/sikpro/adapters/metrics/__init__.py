"""What this process tells Prometheus about itself and its work."""
