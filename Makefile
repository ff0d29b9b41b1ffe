# The commands of the project. Each sets up what it needs; see README.md for what they cost.
SHELL := /bin/bash

.PHONY: run test check audit build bench lighthouse soak setup

setup:
	@scripts/setup.sh run

# Everything embedded, with demo data: http://127.0.0.1:8080
run:
	@scripts/run.sh

# Every test, with real servers and a real browser; begins with the checks.
test:
	@scripts/test.sh

# Format, lints, architecture, and licences, sources and known vulnerabilities of dependencies.
check:
	@scripts/check.sh

# Licences, sources and known vulnerabilities of every dependency; installs cargo-deny.
audit:
	@scripts/audit.sh

# dist/sluice: one file, with the portal's assets inside; dist/sluice.cdx.json: what it is made of.
build:
	@scripts/build.sh

# The product against bare twins, in one run: the table of docs/performance.md.
bench:
	@scripts/bench.sh

# Lighthouse on the first load of four pages of dist/sluice: a table of medians, beside the report of make bench.
lighthouse:
	@scripts/lighthouse.sh

# The full counts: random kills by the dozen, hours of bytes by chance. Results go to docs/soak.md.
soak:
	@scripts/soak.sh
