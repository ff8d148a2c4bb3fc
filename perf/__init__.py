"""The performance harness, `make bench`. Not tests: nothing here asserts a time."""
