# Everything that a person or a machine calls. Only a Rust toolchain has to be there before.
# `make demo` and `make test` do the set-up themselves; once it is done they lose no time with it.

CARGO ?= cargo
export RUST_BACKTRACE ?= 1

.PHONY: demo test crashes bench check setup setup-tests offline outside browser databases lint docs fuzz

## The demo: builds, walks the built-in app with all faults on, says where the report is.
demo: setup
	@$(CARGO) build --release --locked
	@./scripts/demo

## All tests, in a real browser and against real databases too.
test: setup-tests lint offline outside databases browser docs
	@echo "all tests are green"

## Formatting and lints, warnings as errors.
lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings

## Tests that need neither browser nor network.
offline:
	$(CARGO) test --locked --lib --bins --test offline
	$(CARGO) test --locked --test offline -- --ignored hundred_signed_bundles

## What is exported and signed, held against the validators of those who read it; and `mcp`, asked by a client of others and by
## the inspector of the protocol's makers. And what a disk may have kept of it all when the power goes, as strace sees it.
outside:
	$(CARGO) test --locked --test offline -- --include-ignored outside:: mcp::an_assistant_of_others power_loss::

## Tests in a real browser; without a driver they fail. Those that look at processes go one after the other, and the demo has lanes
## of its own.
ALONE = demo:: driver_life:: signals::
browser:
	$(CARGO) test --locked --test browser -- --include-ignored --test-threads=1 $(ALONE)
	$(CARGO) test --locked --test browser -- --include-ignored --test-threads=2 $(ALONE:%=--skip %)

## Every crash test at its full size, with the same set-up as `make test`, in about half an hour. So many times a real run is killed
## and taken up again, and `sign` and accepting are killed; a run is walked on 60 sizes of a full disk, and what is made of bundles
## tried on as many; a journal is cut and flipped at every byte. The figures stand on standard error.
KILLS ?= 200
crashes: setup-tests
	SHIPPASS_KILLS=$(KILLS) $(CARGO) test --locked --test offline -- --nocapture --test-threads=1 killed:: full_disk:: journal:: cut_off::
	$(CARGO) test --locked --test offline -- --include-ignored --nocapture --test-threads=1 power_loss::
	SHIPPASS_KILLS=$(KILLS) $(CARGO) test --locked --test browser -- --include-ignored --nocapture --test-threads=1 crashes::

## Tests against a real PostgreSQL and MariaDB, which they start and stop themselves.
databases:
	$(CARGO) test --locked --test databases -- --include-ignored

docs:
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --locked --quiet

## What a check of 1,000 checklists costs beside plain parsing, a comparison of two pictures beside reading them, and a run
## beside a bare script that sends the same commands, each pair in one run. Then `inspect` over an archive of 200 MB, what each step
## of a long run adds to its memory, and review page and report of 1,000 steps in a browser, against their budgets.
bench: setup
	$(CARGO) bench --locked --bench check
	$(CARGO) bench --locked --bench pixels
	$(CARGO) bench --locked --bench har
	$(CARGO) bench --locked --bench pass
	$(CARGO) bench --locked --bench growth
	$(CARGO) bench --locked --bench review

## Files that nobody would write, thrown at both parsers, FUZZ_SECONDS for each. Needs `cargo install cargo-fuzz`.
FUZZ_SECONDS ?= 300
fuzz:
	@for target in checklist config; do \
		mkdir -p fuzz/corpus/$$target; \
		RUSTC_BOOTSTRAP=1 $(CARGO) fuzz run --sanitizer none --jobs 1 $$target \
			fuzz/corpus/$$target tests/fixtures/checklists/accepted tests/fixtures/checklists/refused -- \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -dict=fuzz/words.dict || exit 1; \
	done

## Quick look while working: no browser.
check: lint offline

## The browser, its driver and fonts from the system's packages, when they are missing.
setup:
	@./scripts/setup

## The same, and the databases and validators that only tests need.
setup-tests:
	@./scripts/setup tests
