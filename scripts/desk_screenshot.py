"""Photographs a form or list in a running Desk, for the documentation.

python scripts/desk_screenshot.py http://SITE:8000 store-connection/NAME docs/images/store-connection.png [TAB]

TAB is the label of a form's tab. The password of DESK_USER (Administrator) is read from DESK_PASSWORD, a browser
other than Playwright's own from CHROMIUM, the height in pixels from DESK_HEIGHT.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page, sync_playwright

_LOGIN = """([user, password]) => fetch('/api/method/login', {
	method: 'POST',
	headers: {'Content-Type': 'application/x-www-form-urlencoded'},
	body: new URLSearchParams({usr: user, pwd: password}),
}).then(answer => answer.status)"""


def main(base: str, route: str, file: str, tab: str = "") -> None:
	"""Log in, open the page, wait until it stands still, photograph it."""
	host = urlsplit(base).hostname
	arguments = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {host} 127.0.0.1"]
	height = int(os.environ.get("DESK_HEIGHT", "900"))
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=arguments)
		page = browser.new_page(viewport={"width": 1280, "height": height})
		_log_in(page, base)
		page.goto(f"{base}/app/{quote(route)}", timeout=120_000)
		page.wait_for_selector(".form-tabs .nav-link:visible, .list-row:visible", timeout=60_000)
		page.wait_for_load_state("load")
		page.wait_for_timeout(4000)  # the form fills in what applies
		if tab:
			page.get_by_role("tab", name=tab).locator("visible=true").click()
			page.wait_for_timeout(4000)  # counts of Connections arrive last
		page.screenshot(path=file)
		browser.close()


def _log_in(page: Page, base: str) -> None:
	page.goto(f"{base}/login", timeout=120_000)
	user = os.environ.get("DESK_USER", "Administrator")
	status = page.evaluate(_LOGIN, [user, os.environ["DESK_PASSWORD"]])
	if status != 200:
		sys.exit(f"login as {user} failed with {status}; is DESK_PASSWORD right?")


if __name__ == "__main__":
	if len(sys.argv) not in (4, 5):
		sys.exit(__doc__)
	main(*sys.argv[1:])
