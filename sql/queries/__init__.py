"""Questions asked of the store, one module each, named for the answer."""
