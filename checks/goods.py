"""Products, stock and prices on real ERPNext against both emulated stores.

       cd BENCH/sites && SITE=name ../env/bin/python …/checks/goods.py --only catalogue

catalogue  a large catalogue is imported, bound and pushed; a second import writes nothing
calls      how often stores are asked when 1,000 of 10,000 listings change
scale      what 100 changes cost in a store of 1,000 and in one of 100,000 listings
faults     stores throttle, fail and hang up, push processes are killed; then the audit of planted drifts
flash      two stores sell the last pieces at the same time; what is oversold is flagged and told
planted    sales between our reading and our writing are never overwritten
"""

from __future__ import annotations

import sys
from contextlib import ExitStack

import click
import frappe
from bench_site import connected, prepare, site_name
from goods_calls import calls_of_changes
from goods_catalogue import large_catalogue
from goods_faults import faults_and_kills
from goods_flash import flash_sales
from goods_latency import every_kind_of_document
from goods_planted import planted_sales
from goods_scale import cost_by_size
from printed import say, stop_politely, table, verdict
from processes import own_redis
from shops import next_prefix, retire

CHECKS = ("catalogue", "latency", "calls", "scale", "faults", "flash", "planted")


@click.command()
@click.option("--only", default=",".join(CHECKS), show_default=True, help="Which of the checks.")
@click.option("--products", default=2000, show_default=True)
@click.option("--variants", default=6000, show_default=True)
@click.option("--rounds", default=10, show_default=True, help="How often each document is made.")
@click.option("--listings", default=200, show_default=True, help="Of each store, in bad weather.")
@click.option("--kills", default=40, show_default=True, help="Of push processes.")
def main(only: str, products: int, variants: int, rounds: int, listings: int, kills: int) -> None:
	"""What the stores show is what ERPNext has."""
	stop_politely()
	findings = []
	with ExitStack() as stack:
		stack.enter_context(own_redis())
		stack.enter_context(connected(site_name()))
		company = prepare([])
		prefix = next_prefix("Check Goods")
		runs = {
			"catalogue": lambda: large_catalogue(stack, prefix, company, products, variants),
			"latency": lambda: every_kind_of_document(stack, prefix, company, rounds),
			"calls": lambda: calls_of_changes(stack, prefix, company, listings=10_000, changed=1_000),
			"scale": lambda: cost_by_size(stack, prefix, company, sizes=(1_000, 100_000), rounds=15),
			"faults": lambda: faults_and_kills(stack, prefix, company, listings, kills),
			"flash": lambda: flash_sales(stack, prefix, company),
			"planted": lambda: planted_sales(stack, prefix, company),
		}
		for name in only.split(","):
			say(name)
			findings += list(runs[name]())
		retire(frappe.get_all("Store Connection", {"store_name": ["like", f"{prefix} %"]}, pluck="name"))
	table("Findings", ("check", "what", "expected", "found", ""), (finding.cells for finding in findings))
	wrong = [f"{f.check}: {f.what}: {f.found}, expected {f.expected}" for f in findings if not f.well]
	sys.exit(verdict(wrong, f"{len(findings)} findings, all as expected"))


if __name__ == "__main__":
	main()
