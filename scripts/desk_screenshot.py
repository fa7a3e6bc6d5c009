"""Photographs the Store Connection form in a running Desk, for the documentation.

python scripts/desk_screenshot.py http://SITE:8000 "Store name" docs/images/store-connection.png

The password of Administrator is read from DESK_PASSWORD, a browser other than Playwright's own from CHROMIUM.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import quote, urlsplit

from playwright.sync_api import Page, sync_playwright

_LOGIN = """password => fetch('/api/method/login', {
	method: 'POST',
	headers: {'Content-Type': 'application/x-www-form-urlencoded'},
	body: new URLSearchParams({usr: 'Administrator', pwd: password}),
}).then(answer => answer.status)"""


def main(base: str, store: str, file: str) -> None:
	"""Log in, open the form, wait until it stands still, photograph it."""
	host = urlsplit(base).hostname
	arguments = ["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {host} 127.0.0.1"]
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=arguments)
		page = browser.new_page(viewport={"width": 1280, "height": 900})
		_log_in(page, base)
		page.goto(f"{base}/app/store-connection/{quote(store)}")
		page.wait_for_selector(".form-tabs .nav-link >> visible=true", timeout=120_000)
		page.wait_for_load_state("load")
		page.wait_for_timeout(4000)  # the form fills in what applies to the platform
		page.screenshot(path=file)
		browser.close()


def _log_in(page: Page, base: str) -> None:
	page.goto(f"{base}/login", timeout=120_000)
	status = page.evaluate(_LOGIN, os.environ["DESK_PASSWORD"])
	if status != 200:
		sys.exit(f"login as Administrator failed with {status}; is DESK_PASSWORD right?")


if __name__ == "__main__":
	if len(sys.argv) != 4:
		sys.exit(__doc__)
	main(*sys.argv[1:])
