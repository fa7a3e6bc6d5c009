"""What goes wrong in real life, on real ERPNext with real processes: nothing is lost and nothing doubled.

	cd BENCH/sites && SITE=name ../env/bin/python …/checks/faults.py

 a  the same event 20 times at once, several workers
 b  twenty orders of one new customer at once
 c  creation, update and cancellation in all orders of arrival
 d  workers killed by `kill -9` at random moments
 e  Redis stopped

The check starts Redis servers, a web server and workers of its own and leaves the bench's alone.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

import click
import frappe
from bench_site import connected, prepare, site_name
from fault_arrivals import same_event_at_once, same_orders_in_any_order, twenty_orders_of_one_customer
from fault_breakdowns import killed_workers, stopped_redis
from fault_ground import Finding, Ground
from printed import say, stop_politely, table, verdict
from processes import own_redis, web_server
from shops import next_prefix, open_shop, retire

CHECKS = {
	"a": same_event_at_once,
	"b": twenty_orders_of_one_customer,
	"c": same_orders_in_any_order,
	"d": killed_workers,
	"e": stopped_redis,
}


@click.command()
@click.option("--only", default="abcde", show_default=True, help="Which of the checks.")
@click.option("--orders", default=500, show_default=True, help="Orders of check d.")
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same orders.")
@click.option("--workers", default=3, show_default=True, help="Worker processes.")
def main(only: str, orders: int, seed: int, workers: int) -> None:
	"""Nothing is lost and nothing doubled, whatever breaks."""
	stop_politely()
	with ExitStack() as stack:
		redis = stack.enter_context(own_redis())
		stack.enter_context(connected(site_name()))
		company = prepare(["USD"])
		prefix = next_prefix("Check Faults")
		currency = frappe.get_cached_value("Company", company, "default_currency")
		shops = [open_shop(stack, prefix, name, currency, company) for name in ("shopify", "woocommerce")]
		frappe.db.commit()
		door = stack.enter_context(web_server())
		ground = Ground(site_name(), door, shops, redis, seed, orders, workers)
		findings = [finding for letter in only for finding in _run(letter, ground)]
		retire([shop.store for shop in shops])
	table("Findings", ("check", "what", "expected", "found", ""), (finding.cells for finding in findings))
	wrong = [f"{f.check}: {f.what}: {f.found}, expected {f.expected}" for f in findings if not f.well]
	sys.exit(verdict(wrong, f"{len(findings)} findings, all as expected"))


def _run(letter: str, ground: Ground) -> list[Finding]:
	say(f"{letter}: {(CHECKS[letter].__doc__ or '').splitlines()[0]}")
	return list(CHECKS[letter](ground))


if __name__ == "__main__":
	main()
