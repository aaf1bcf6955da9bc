"""The contract suite of every port: who writes an adapter of their own proves it with the same tests as ours."""
