"""A page as a browser draws it: as wide as its window, every column in sight, and nothing asked of anybody."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from siyu_cli.cli.main import main

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
EXAMPLES = Path(__file__).parent.parent / "examples"
SHOP = ["会员.xlsx", "订单.xlsx"]
PAGES = {
    "segment": SHOP,
    "churn": SHOP,
    "referral-report": ["邀请记录.xlsx", "渠道费用.xlsx", *SHOP],
    "check": SHOP,
    "report": SHOP,
}
PROBE = (
    "<script>const wide=[...document.querySelectorAll('section')].filter(one=>one.scrollWidth>one.clientWidth);"
    "document.title=[document.documentElement.scrollWidth,wide.length,"
    "document.querySelectorAll('svg rect,svg polyline').length,"
    "performance.getEntriesByType('resource').length].join(' ')</script>"
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a browser")


@dataclass(frozen=True)
class Drawn:
    """What a browser says of a page: how wide it is, how many tables reach beyond their box, drawings, requests."""

    across: int
    cut: int
    drawings: int
    asked: int


def draw(page: Path, folder: Path, width: int) -> Drawn:
    text = page.read_text("utf-8").replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
    (folder / "probe.html").write_text(text.replace("</body>", PROBE + "</body>"), "utf-8")
    shown = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         f"--window-size={width},800", "--dump-dom", f"--user-data-dir={folder}/browser",
         (folder / "probe.html").as_uri()],
        capture_output=True, text=True, check=True, timeout=120,
    ).stdout  # fmt: skip
    found = re.search(r"<title>(\d+) (\d+) (\d+) (\d+)</title>", shown)
    assert found, shown[:300]
    return Drawn(*map(int, found.groups()))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("command", PAGES)
def test_at_1280_points_no_column_is_out_of_sight(command: str, lang: str, tmp_path: Path):
    page = tmp_path / "r.html"
    files = [str(EXAMPLES / file) for file in PAGES[command]]
    main([command, *files, "--as-of", "2026-03-01", "--lang", lang, "-o", str(page), "--quiet"])
    drawn = draw(page, tmp_path, 1280)
    assert drawn.across <= 1280
    assert (drawn.cut, drawn.asked) == (0, 0)


@pytest.mark.parametrize("command", ["referral-report", "report"])
def test_on_a_phone_the_page_is_as_wide_as_the_screen_and_asks_for_nothing(command: str, tmp_path: Path):
    page = tmp_path / "r.html"
    files = [str(EXAMPLES / file) for file in PAGES[command]]
    main([command, *files, "--as-of", "2026-03-01", "-o", str(page), "--quiet"])
    drawn = draw(page, tmp_path, 390)
    assert drawn.across <= 500  # headless windows are not narrower
    assert drawn.drawings > 5
    assert drawn.asked == 0
