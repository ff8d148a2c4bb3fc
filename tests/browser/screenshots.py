"""Makes the pictures of the README from the big sample clinic: python -m tests.browser.screenshots."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.browser import chromium, served

FOLDER = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 160
# name of the picture, address of the page, light or dark, and what stands there once it is drawn
PICTURES: tuple[tuple[str, str, chromium.Scheme, str], ...] = (
    ("overview-light", "", "light", ".js-plotly-plot .main-svg"),
    ("overview-dark", "", "dark", ".js-plotly-plot .main-svg"),
    ("caseload-light", "caseload", "light", "[data-testid=stDataFrame] canvas"),
    ("report-light", "report", "light", "[data-testid=stImage] img"),
)


def main() -> None:
    """Start the dashboard, take the pictures, make them small."""
    executable = chromium.installed()
    if executable is None:
        raise SystemExit(f"No browser found: install one of {', '.join(chromium.NAMES)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name:
        folder = Path(name)
        url = served.make_store(folder, small=False)
        with served.running(url, folder) as address, chromium.running(executable) as browser:
            for picture, place, scheme, drawn in PICTURES:
                page = chromium.new_page(browser, scheme=scheme)
                page.goto(f"{address}/{place}")
                page.locator(drawn).first.wait_for()
                chromium.wait_for_answer(page)
                path = FOLDER / f"{picture}.png"
                page.screenshot(path=path)
                shrink(path)


def shrink(path: Path) -> None:
    """Fewer colours, which these pages have anyway."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
