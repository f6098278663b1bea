# Every target is one script under build/ that can be read and run by itself.
.DEFAULT_GOAL := help
.PHONY: help run test dev build bench torture fmt lint clean

help: ## show these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

run: ## install what is missing, build, make the demonstration vault, open the window (or serve, without a display)
	@build/run.sh

test: ## everything that CI runs: lint, Go, UI, browser journeys, the real window
	@build/test.sh

dev: ## the window with hot reload of UI and Go
	@build/dev.sh

build: ## build the UI and both programs into build/bin
	@build/setup.sh window
	@build/ui.sh
	@build/programs.sh

bench: ## start times, the window against a bare one, binary sizes, Go benchmarks
	@build/bench.sh

torture: ## the vault's long tests: kills, power cuts and fuzzing, about a quarter of an hour
	@build/torture.sh

fmt: ## format Go and UI sources
	@build/fmt.sh

lint: ## read all code without running it: gofmt, vet, staticcheck, tsc, eslint, prettier
	@build/setup.sh window
	@build/ui.sh
	@build/lint.sh

clean: ## remove what was built (never the data folder)
	rm -rf build/bin frontend/node_modules frontend/test-results frontend/playwright-report
	find frontend/dist -mindepth 1 -not -name .gitkeep -delete
