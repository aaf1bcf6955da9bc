"""The start of SIKPRO: settings, the container, the command line, the server."""
