"""The pages, one file each, read top to bottom. Only they and streamlit_app.py import Streamlit."""
