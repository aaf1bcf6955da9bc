"""The walks are no tests here: they run in a copy of the source that has what they walk through."""

collect_ignore = ["walks"]
