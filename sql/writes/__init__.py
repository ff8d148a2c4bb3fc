"""Small writes, one module each. Each moves the number that caches are keyed on."""
