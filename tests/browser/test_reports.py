"""Reports in a real browser: at the width of a desk and of a phone, by day and by night, on paper, and under axe.

Run with `make browser`; skipped where Playwright or a Chromium is not installed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="make browser installs it")
axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="make browser installs it")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
REPORTS = sorted((Path(__file__).parents[1] / "golden" / "reports").glob("*/*.html"))
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(params=list(WIDTHS))
def opened(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """Opens a report by its path; the page notes what went wrong on it."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("requestfailed", lambda request: page.said.append(f"could not be had: {request.url}"))

    def open_report(path: Path) -> Any:
        page.goto(path.as_uri())
        return page

    yield open_report
    context.close()


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", REPORTS, ids=name)
def test_a_report_opens_without_a_complaint_and_fits_the_width(path: Path, opened: Any) -> None:
    page = opened(path)
    assert page.said == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", REPORTS, ids=name)
def test_axe_finds_nothing_serious(path: Path, scheme: str, opened: Any) -> None:
    page = opened(path)
    page.emulate_media(color_scheme=scheme)
    found = axe_playwright.Axe().run(page).response["violations"]
    serious = [
        (each["id"], each["help"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


@pytest.mark.parametrize("path", REPORTS, ids=name)
def test_a_report_says_all_it_says_without_scripts(path: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("h1").inner_text()
    assert page.locator("script").count() == 0
    context.close()


@pytest.mark.parametrize("path", REPORTS, ids=name)
def test_a_report_prints(path: Path, browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(path.as_uri())
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 990})  # an A4 page within its margins, in CSS pixels
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "paper cuts something off"
    page.close()
