# Berguru's commands. `make help` lists them; scripts/*.sh do the work, for machines without make.
.PHONY: help run test test-quick test-moments test-hostile lint format migration bench lock screenshots
.DEFAULT_GOAL := help

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

run: ## From nothing to a running site with the starter library (PORT, KB_DATA)
	@sh scripts/run.sh

test: ## The whole suite: lint, rules and pages on SQLite and PostgreSQL, journeys in Chromium
	@sh scripts/test.sh

test-quick: ## While working: lint, rules and pages on SQLite
	@sh scripts/test.sh quick

test-moments: ## Rules and pages on SQLite at seven moments of the clock (not part of make test)
	@sh scripts/moments.sh

test-hostile: ## Only what holds that hostile input costs nothing (part of make test)
	@sh scripts/test.sh hostile

lint: ## Check style and formatting
	@sh scripts/venv.sh dev && .venv/bin/ruff check . && .venv/bin/ruff format --check .

format: ## Bring the code into shape
	@sh scripts/venv.sh dev && .venv/bin/ruff check --fix . ; .venv/bin/ruff format .

migration: ## Write a migration for changed models: make migration m="what changes"
	@sh scripts/migration.sh "$$m"

bench: ## Measure pages and search at 2,000 and 10,000 articles
	@sh scripts/bench.sh

lock: ## Write requirements*.txt anew from requirements*.in
	@sh scripts/lock.sh

screenshots: ## Take the pictures of README and help from the running product
	@sh scripts/venv.sh dev && PYTHONPATH=. .venv/bin/python scripts/screenshots.py
