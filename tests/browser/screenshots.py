"""Makes the pictures of the README from the big sample clinic: python -m tests.browser.screenshots."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Page

from tests.browser import chromium, served

FOLDER = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 160
# name of the picture, page, light or dark, and whether the whole page is shown or the first screen
PICTURES = (
    ("overview-light", "overview", "light", False),
    ("overview-dark", "overview", "dark", False),
    ("return-to-running-light", "return to running", "light", True),
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
            for picture, page_name, scheme, whole in PICTURES:
                page = chromium.open_page(chromium.new_page(browser, scheme=scheme), address, page_name)
                if whole:
                    show_whole(page)
                path = FOLDER / f"{picture}.png"
                page.screenshot(path=path)
                shrink(path)


def show_whole(page: Page) -> None:
    """Make the window as high as the page."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1280, "height": height})
    page.wait_for_function(
        "document.querySelector('[data-testid=stMain]').scrollHeight <= window.innerHeight"
    )


def shrink(path: Path) -> None:
    """Fewer colours, which these pages have anyway."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
