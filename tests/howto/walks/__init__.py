"""What each page of `docs/howto` promises, tried in a copy that followed it."""
