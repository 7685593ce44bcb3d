# Les commandes du projet. Il ne faut que git, make et Python (3.11 ou plus récent) avec son module venv.
.DEFAULT_GOAL := help
.PHONY: help run test quick format messages lock

PY := .venv/bin/python

help: ## cette liste
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## essayer le portail avec une commune inventée (PORTAIL_PORT, PORTAIL_DATA)
	@scripts/environment.sh base
	@$(PY) -m portail demo --if-empty
	@exec $(PY) -m portail serve

test: ## toutes les vérifications et tous les tests (STEPS="types imports" pour n'en faire que certaines)
	@scripts/environment.sh dev
	@exec $(PY) -m scripts.suite $(STEPS)

quick: format ## mise en forme, style et tests rapides sur SQLite
	@$(PY) -m ruff check .
	@exec $(PY) -m pytest -q -n 2 --ignore=tests/e2e -m "not slow"

format: ## remettre le code, les gabarits et les catalogues en forme
	@scripts/environment.sh dev
	@$(PY) -m ruff check --quiet --fix-only .
	@$(PY) -m ruff format --quiet .
	@$(PY) -m djlint --quiet --reformat portail > /dev/null || true
	@$(PY) -m djlint --quiet --reformat portail > /dev/null # une seconde fois : djlint n'est pas stable du premier coup
	@$(PY) scripts/messages.py > /dev/null

messages: ## reprendre les textes des familles dans les catalogues de langues
	@scripts/environment.sh dev
	@$(PY) scripts/messages.py

lock: ## verrouiller requirements/*.in dans requirements/*.txt (UPGRADE=--upgrade pour les dernières versions)
	@scripts/environment.sh dev
	@$(PY) scripts/lock.py $(UPGRADE)
