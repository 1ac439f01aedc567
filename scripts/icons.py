"""Draw the icons of the installed application from `icon.svg`: python scripts/icons.py, after the drawing has changed.

Needs Chromium. The pictures are in the tree, so that nobody else does.
"""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent.parent / "src/hydra_lab/surfaces/web/static/app"
CHROMIUM = "/usr/bin/chromium"
# A maskable icon is cut to any shape: the ground goes to the edges, the drawing stays in the middle four fifths.
PICTURES = {"icon-192.png": (192, False), "icon-512.png": (512, False), "maskable-512.png": (512, True),
            "apple-180.png": (180, True)}  # fmt: skip


def drawn(svg: str, whole: bool) -> str:
    """The drawing as it is, or with its ground to the edges and the rest a little smaller."""
    if not whole:
        return svg
    return svg.replace(' rx="10.5"', "").replace("translate(9 8.6) scale(1.25)", "translate(11.4 11) scale(1.05)")


def main() -> None:
    """Draw them all."""
    svg = (FOLDER / "icon.svg").read_text()
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        for name, (size, whole) in PICTURES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:100vw}}</style>{drawn(svg, whole)}")
            page.screenshot(path=str(FOLDER / name), omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
