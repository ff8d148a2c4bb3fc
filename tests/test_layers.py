"""What import-linter cannot see: the entry script stays thin, and loading stays light."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_entry_script_imports_only_streamlit_pages_and_the_gate():
    tree = ast.parse((ROOT / "streamlit_app.py").read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    allowed = {"pathlib", "streamlit", "dashboard.deployment"}
    assert all(name in allowed or name.startswith("dashboard.pages") for name in modules | names)


def test_pages_are_short():
    lengths = {
        path.name: len(path.read_text().splitlines()) for path in (ROOT / "dashboard/pages").glob("*.py")
    }
    assert {name: n for name, n in lengths.items() if n > 70} == {}


def test_the_loader_starts_without_the_heavy_packages():
    heavy = "{'scipy', 'streamlit', 'plotly', 'pandas', 'numpy'}"
    code = (
        f"import sys, dashboard.cli; found = {heavy} & set(sys.modules); sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
