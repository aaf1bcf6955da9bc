"""Sends events to other systems over HTTP, never to addresses inside the operator's networks."""
