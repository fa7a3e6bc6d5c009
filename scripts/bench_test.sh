#!/usr/bin/env bash
# Runs the app's tests on real ERPNext, on the bench at BENCH, against this very checkout.
#
# Starts MariaDB and the bench's Redis servers if they are down, links this checkout into the bench
# as apps/ecommerce_sync for the length of the run, makes a site of its own once, then installs or
# migrates the app there and hands its arguments to `bench run-tests`. Where there is no bench it says
# so and is done. The variables are explained in CONTRIBUTING.md.
set -euo pipefail

APP=ecommerce_sync
BENCH=${BENCH:-$HOME/frappe-bench}
SITE=${SITE:-ecommerce-sync-test.localhost}
DB_ROOT_PASSWORD=${DB_ROOT_PASSWORD:-root}
CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf 'bench-test: %s\n' "$*"; }
die() { printf 'bench-test: %s\n' "$*" >&2 && exit 1; }

if [[ ! -x $BENCH/env/bin/python || ! -d $BENCH/apps/erpnext ]]; then
	say "no bench with ERPNext at $BENCH: the tests on real ERPNext were not run (BENCH=/path names one)"
	exit 0
fi
command -v bench >/dev/null || die "a bench is at $BENCH, but the command 'bench' is not on PATH: pip install frappe-bench"

cd "$BENCH"
exec 9>"$BENCH/.ecommerce-sync-test.lock"
flock 9 # one run at a time: there is one link and one test site

# One value of sites/common_site_config.json, or the default.
config() {
	env/bin/python -c 'import json, sys; print(json.load(open("sites/common_site_config.json")).get(sys.argv[1]) or sys.argv[2])' "$1" "$2"
}

listens() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

wait_for() {
	for _ in $(seq 120); do
		listens "$2" "$3" && return
		sleep 0.5
	done
	die "$1 does not listen on $2:$3; start it, or see its log"
}

start_mariadb() {
	local host port
	host=${DB_HOST:-$(config db_host 127.0.0.1)}
	port=$(config db_port 3306)
	if ! listens "$host" "$port"; then
		say "starting MariaDB"
		service mariadb start >/dev/null 2>&1 9>&- || (setsid mysqld_safe >/dev/null 2>&1 9>&- &)
	fi
	wait_for MariaDB "$host" "$port"
}

# $1: cache or queue
start_redis() {
	local address
	address=$(config "redis_$1" "redis://127.0.0.1:$2")
	address=${address#redis://}
	if ! listens "${address%:*}" "${address##*:}"; then
		say "starting Redis ($1)"
		redis-server "config/redis_$1.conf" --daemonize yes >/dev/null 9>&-
	fi
	wait_for "Redis ($1)" "${address%:*}" "${address##*:}"
}

# Replaces apps/APP by a link to $1 in one step, so that no process ever finds it missing.
link_app() {
	ln -sfn "$1" "apps/.$APP.new"
	mv -T "apps/.$APP.new" "apps/$APP"
}

use_this_checkout() {
	if [[ $(readlink -f "apps/$APP" || true) != "$CHECKOUT" ]]; then
		[[ ! -e apps/$APP || -L apps/$APP ]] ||
			die "apps/$APP is a clone of its own: run the tests from there, or move it away"
		LINK_BEFORE=$(readlink "apps/$APP" || true)
		trap restore_link EXIT
		link_app "$CHECKOUT"
	fi
	install_requirements
	sed -i '$a\' sites/apps.txt # some benches leave its last line without a newline
	grep -qx "$APP" sites/apps.txt || printf '%s\n' "$APP" >>sites/apps.txt
}

# A bench must not be left with an app whose checkout may be gone tomorrow.
restore_link() {
	if [[ -n $LINK_BEFORE && -e $LINK_BEFORE ]]; then
		link_app "$LINK_BEFORE"
	else
		sed -i "/^$APP\$/d" sites/apps.txt
		rm -f "apps/$APP" "$(site_packages)/$APP.pth"
	fi
}

site_packages() { env/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

# The path goes through the link, so that it stays right whatever the link points at.
install_requirements() {
	printf '%s\n' "$BENCH/apps/$APP" >"$(site_packages)/$APP.pth"
	requirements | xargs -d '\n' env/bin/python -m pip install --quiet --disable-pip-version-check
}

requirements() {
	env/bin/python - "$CHECKOUT/pyproject.toml" <<-'PY'
		import importlib, sys
		toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
		print(*toml.load(open(sys.argv[1], "rb"))["project"]["dependencies"], sep="\n")
	PY
}

on_site() { bench --site "$SITE" "$@" 9>&-; }

# Frappe draws progress bars line by line: show them only when something went wrong.
quietly() {
	local log
	log=$(mktemp)
	if ! "$@" >"$log" 2>&1 9>&-; then
		tr '\r' '\n' <"$log" | grep -v '^Updating DocTypes for .*[0-9]%$' >&2 || true
		die "failed: ${*:1:3} (its whole output is in $log)"
	fi
	rm -f "$log"
}

make_site() {
	local ready=sites/$SITE/.set-up
	[[ -e $ready ]] && return
	say "creating the site $SITE with ERPNext: some minutes, once"
	quietly bench new-site "$SITE" --force --admin-password admin --mariadb-user-host-login-scope='%' \
		--db-root-username root --db-root-password "$DB_ROOT_PASSWORD" --install-app erpnext
	quietly on_site execute frappe.desk.page.setup_wizard.setup_wizard.setup_complete --kwargs "{'args': $(answers)}"
	on_site set-config allow_tests true
	on_site set-config pause_scheduler 1
	touch "$ready"
}

# What a person would type into the set-up wizard.
answers() {
	local year
	year=$(date +%Y)
	cat <<-EOF
		{"language": "English", "country": "United States", "timezone": "America/New_York",
		"currency": "USD", "full_name": "Test Manager", "email": "manager@example.com",
		"password": "Sync-Test-4711!", "company_name": "Sync Test Inc", "company_abbr": "STI",
		"chart_of_accounts": "Standard", "fy_start_date": "$year-01-01", "fy_end_date": "$year-12-31",
		"enable_telemetry": 0, "setup_demo": 0}
	EOF
}

# The site has this checkout's DocTypes and custom fields.
update_app() {
	on_site clear-cache # it may hold a list of the bench's apps from before this one was there
	if on_site list-apps | grep -q "^$APP\b"; then
		quietly on_site migrate --skip-search-index
	else
		quietly on_site install-app "$APP"
	fi
}

# `bench run-tests` is content with finding no test at all; this is not.
run_tests() {
	local log
	log=$(mktemp)
	say "running the app's tests on $SITE"
	on_site run-tests --app "$APP" "$@" 2>&1 | tee "$log"
	! grep -q '^Ran 0 tests' "$log" || die "no test was found"
	! grep -q '^FAILED' "$log" || die "tests failed" # Frappe's command itself ends well then
	rm -f "$log"
}

main() {
	start_mariadb
	start_redis cache 13000
	start_redis queue 11000
	use_this_checkout
	make_site
	update_app
	run_tests "$@"
}

main "$@"
exit # bash reads a script as it goes: what an editor does to this file meanwhile stays without effect
