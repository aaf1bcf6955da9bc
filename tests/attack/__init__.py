"""Attacks on a running console: a fuzzer over its forms, sqlmap and wapiti; `make attack` runs them whole."""
