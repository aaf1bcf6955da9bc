"""Where SIKPRO is started: settings, the container that wires, the command line, the server."""
