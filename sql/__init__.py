"""The store: its schema, its engine, the questions asked of it and the small writes made to it.

Imports nothing of the loader or the dashboard.
"""
