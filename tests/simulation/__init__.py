"""A simulation: the unmodified loops over real stores, where a seed decides all time, all chance and every fault."""
