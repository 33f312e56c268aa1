# amana: one Makefile, not recursive. `make` builds the programs, `make check PART=store` one room's
# tests, `make help` the rest. Objects lie in build/<profile>/, programs in build/bin/.

BUILD ?= build
PROFILE ?= release
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
OUT := $(BUILD)/$(PROFILE)
BIN := $(if $(filter release,$(PROFILE)),$(BUILD)/bin,$(OUT)/bin)

# ---- rooms, in floor order: a program links the archives right to left ----------------------
FLOOR1 := base
FLOOR2 := sys crypto json db zone event
FLOOR3 := wal store query query/wire ledger ledger/wire ledger/inside vault/wire vault/inside \
  auth/wire auth/inside http
FLOOR4 := ingest engine cli
FLOOR5 := api
FLOOR6 := process
ROOMS := $(FLOOR1) $(FLOOR2) $(FLOOR3) $(FLOOR4) $(FLOOR5) $(FLOOR6)
# Folders whose sources belong to a room's archive besides its own.
EXTRA_ingest := ingest/protocol ingest/enrich ingest/scrub

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla \
  -Wundef -Wcast-qual -Wformat=2 -Wnull-dereference -Wimplicit-fallthrough \
  -Wframe-larger-than=16384 -Wconversion -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
FORTIFY := -D_FORTIFY_SOURCE=3
OPT_release := -O2 -g $(HARDEN) -U_FORTIFY_SOURCE $(FORTIFY)
# Tests run with the sanitizers; -Wnull-dereference knows too little under them.
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
  -fno-omit-frame-pointer -Wno-null-dereference -DAMANA_TEST=1
# The release programs with the ten minutes of the sealing cache, and the ledger's day of waiting,
# made short, for tests.
OPT_hurried := $(OPT_release) -DSEAL_CACHE_LIFE_MS=3000 -DSEAL_EPOCH_MS=1000 \
  -DLEDGER_DELAY_MS=5000
CFLAGS := -std=gnu17 -D_GNU_SOURCE -pthread $(OPT_$(PROFILE)) $(WARN) -iquote src -iquote $(OUT)/gen -MMD -MP
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_hurried := $(LDFLAGS_release)
LDFLAGS_asan := -fsanitize=address,undefined
OPT_tsan := -O1 -g -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread
LDFLAGS := -pthread $(LDFLAGS_$(PROFILE))

LIB_base := -lm
LIB_crypto := -lsodium -lgnutls -lnettle
LIB_sys := -lseccomp
LIB_auth := -lqrcodegen
LIB_json := -lcjson
LIB_db := -lsqlite3
LIB_event := -lunistring -lidn2
LIB_http := -lmicrohttpd
LIB_store := -lzstd
LIB_ingest := -lz -lmaxminddb
ALL_LIBS := $(LIB_http) $(LIB_ingest) $(LIB_store) $(LIB_event) $(LIB_db) $(LIB_json) \
  $(LIB_auth) $(LIB_crypto) $(LIB_sys) $(LIB_base)

# A main is its program's own, never a room's.
room_sources = $(filter-out %_main.c,$(foreach d,$(1) $(EXTRA_$(1)),$(wildcard src/$(d)/*.c)))
room_archive = $(OUT)/lib/$(subst /,-,$(1)).a
objects = $(patsubst src/%.c,$(OUT)/obj/%.o,$(1))
ARCHIVES := $(foreach r,$(ROOMS),$(call room_archive,$(r)))
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
LINK_ORDER := $(call reverse,$(ARCHIVES))

ALL_PROGRAMS := amana amana-ingest amana-web amana-query amana-auth amana-vault amana-ledger
PROGRAMS := $(foreach p,$(ALL_PROGRAMS),$(if $(wildcard src/process/$(subst -,_,$(p))_main.c),$(p)))
# Which rooms each program links: no more than its duty needs. Reviewed with `make surface`.
COMMON := base sys crypto json event
LINKS_amana := $(COMMON) db wal store ledger ledger/wire ledger/inside auth/wire auth/inside cli
LINKS_amana-ingest := $(COMMON) wal auth/wire http ingest api
LINKS_amana-web := $(COMMON) query/wire ledger/wire vault/wire auth/wire http api
LINKS_amana-query := $(COMMON) zone wal store query query/wire ledger ledger/wire vault/wire auth/wire \
  engine process
LINKS_amana-auth := $(COMMON) db ledger/wire auth/wire auth/inside
LINKS_amana-vault := $(COMMON) db ledger ledger/wire auth/wire vault/wire vault/inside
LINKS_amana-ledger := $(COMMON) db ledger ledger/wire ledger/inside auth/wire

all: $(PROGRAMS:%=$(BIN)/%) $(if $(wildcard tools/tidy.c),$(BIN)/tidy)
.PHONY: all check crash test-tools tidy ui surface attack clean help test-bins fuzz-replay golden-formats hurried

# Generated sources (tables from npm data, the console's files) come from tools/*.mk fragments.
-include $(wildcard tools/*.mk)

define room_rule
$(call room_archive,$(1)): $(call objects,$(call room_sources,$(1))) $(GEN_OBJECTS_$(subst /,-,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcsD $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

$(OUT)/obj/%.o: src/%.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CFLAGS) -c -o $@ $<

define program_rule
$(BIN)/$(1): $(OUT)/obj/process/$(subst -,_,$(1))_main.o $(foreach r,$(ROOMS),$(if $(filter $(r),$(LINKS_$(1))),$(call room_archive,$(r)))) $(GEN_OBJECTS_$(1))
	@mkdir -p $$(@D)
	@echo "  link  $$@"
	@$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--as-needed -Wl,--start-group $$(call reverse,$$(filter %.a,$$^)) -Wl,--end-group $$(ALL_LIBS) -Wl,-Map=$$@.map
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

$(BIN)/tidy: $(wildcard tools/tidy*.c)
	@mkdir -p $(@D)
	@echo "  link  $@"
	@$(CC) -std=gnu17 -D_GNU_SOURCE -O2 -g $(WARN) -o $@ $^

# ---- tests: one program a file, tests/unit/ mirrors src/ ------------------------------------
PART ?=
TEST_SOURCES := $(wildcard tests/unit/$(if $(PART),$(PART),*)/*_test.c tests/unit/$(if $(PART),$(PART),*)/*/*_test.c)
SUPPORT_SOURCES := $(wildcard tests/support/*.c)
TEST_BINS := $(patsubst tests/%.c,$(OUT)/test/%,$(TEST_SOURCES))
SUPPORT_OBJECTS := $(patsubst tests/%.c,$(OUT)/test-obj/%.o,$(SUPPORT_SOURCES))
REFERENCE_OBJECTS := $(patsubst tests/%.c,$(OUT)/test-obj/%.o,$(wildcard tests/reference/*.c))

# Support and reference code is linked by need.
TEST_ARCHIVE := $(OUT)/lib/tests.a
$(TEST_ARCHIVE): $(SUPPORT_OBJECTS) $(REFERENCE_OBJECTS)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcsD $@ $^

$(OUT)/test-obj/%.o: tests/%.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@echo "  cc    $<"
	@$(CC) $(CFLAGS) -iquote tests -iquote . -c -o $@ $<

# A test links its own floor and those below: floor_of picks the rooms.
floor_rooms = $(if $(filter $(1),$(FLOOR1)),$(FLOOR1),$(if $(filter $(1),$(FLOOR2)),$(FLOOR1) $(FLOOR2),$(if $(filter $(1),$(FLOOR3)),$(FLOOR1) $(FLOOR2) $(FLOOR3),$(if $(filter $(1),$(FLOOR4)),$(FLOOR1) $(FLOOR2) $(FLOOR3) $(FLOOR4),$(ROOMS)))))
test_room = $(patsubst tests/unit/%/,%,$(dir $(1)))
room_of_folder = $(or $(filter $(1),$(ROOMS)),$(firstword $(subst /, ,$(1))))
test_archives = $(call reverse,$(foreach r,$(call floor_rooms,$(call room_of_folder,$(call test_room,$(1)))),$(call room_archive,$(r))))

define test_rule
$(patsubst tests/%.c,$(OUT)/test/%,$(1)): $(patsubst tests/%.c,$(OUT)/test-obj/%.o,$(1)) $(TEST_ARCHIVE) $(call test_archives,$(1)) $(GEN_OBJECTS_tests)
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--as-needed -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -lcmocka $$(ALL_LIBS)
endef
$(foreach t,$(TEST_SOURCES),$(eval $(call test_rule,$(t))))

test-bins: $(TEST_BINS)

# Runs every unit test; prints one line a program; fails if one did.
check: test-bins
	@sh tools/run_tests.sh $(TEST_BINS)

# ---- crashes: tests/crash/*_test.c break a workload at every call that changes the disk --------
CRASH_SOURCES := $(wildcard tests/crash/*_test.c)
CRASH_BINS := $(patsubst tests/%.c,$(OUT)/test/%,$(CRASH_SOURCES))
$(CRASH_BINS): $(OUT)/test/crash/%: $(OUT)/test-obj/crash/%.o $(TEST_ARCHIVE) $(ARCHIVES) $(GEN_OBJECTS_tests)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--as-needed -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(ALL_LIBS)
crash: $(CRASH_BINS)
	@sh tools/run_crash.sh $(CRASH_BINS)

# What the system tests read the wal with.
test-tools: $(BIN)/wal_count $(BIN)/log_make $(BIN)/without $(BUILD)/hurried/bin/amana-ingest attack $(BUILD)/attack-hurried/bin/amana-ingest
$(BIN)/without: $(OUT)/test-obj/system/without.o
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $^ -lseccomp
$(BIN)/wal_count: $(OUT)/test-obj/system/wal_count.o $(foreach r,base sys json event wal,$(call room_archive,$(r)))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--as-needed -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(ALL_LIBS)
$(BIN)/log_make: $(OUT)/test-obj/system/log_make.o $(TEST_ARCHIVE) $(foreach r,base sys crypto ledger,$(call room_archive,$(r)))
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--as-needed -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIB_crypto) $(LIB_sys) $(LIB_base)
ifeq ($(PROFILE),release)
$(BUILD)/hurried/bin/amana-ingest: $(BIN)/amana-ingest
	@$(MAKE) --no-print-directory hurried
$(BUILD)/attack-hurried/bin/amana-ingest: $(BUILD)/hurried/bin/amana-ingest
	@$(MAKE) --no-print-directory PROFILE=hurried $@
endif

# ---- the drill: release objects with an attacker's hook put in by the linker --------------------
ATTACK := $(BUILD)/attack$(if $(filter release,$(PROFILE)),,-$(PROFILE))
ATTACK_WRAPS_program := sandbox_enter control_receive msg_receive
ATTACK_WRAPS_amana := sandbox_enter_supervisor spawn_child
ATTACK_OBJECTS_program := $(OUT)/test-obj/attack/hook.o
ATTACK_OBJECTS_amana := $(OUT)/test-obj/attack/hook_serve.o $(ATTACK)/supervise.o
$(ATTACK)/supervise.o: src/cli/supervise.c
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -DSUPERVISE_BACKOFF_MAX_MS=150 -c -o $@ $<
attack_kind = $(if $(filter amana,$(1)),amana,program)
define attack_rule
$(ATTACK)/bin/$(1): $(OUT)/obj/process/$(subst -,_,$(1))_main.o $(ATTACK_OBJECTS_$(call attack_kind,$(1))) $(foreach r,$(ROOMS),$(if $(filter $(r),$(LINKS_$(1))),$(call room_archive,$(r)))) $(GEN_OBJECTS_$(1))
	@mkdir -p $$(@D)
	@echo "  link  $$@"
	@$$(CC) $$(LDFLAGS) $(ATTACK_WRAPS_$(call attack_kind,$(1)):%=-Wl,--wrap=%) -o $$@ $$(filter %.o,$$^) -Wl,--as-needed -Wl,--start-group $$(call reverse,$$(filter %.a,$$^)) -Wl,--end-group $$(ALL_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call attack_rule,$(p))))
attack: $(PROGRAMS:%=$(ATTACK)/bin/%)

# ---- the formats of this version, kept for all later ones: make golden-formats VERSION=2 --------
$(BIN)/golden_formats: $(OUT)/test-obj/golden/formats.o $(TEST_ARCHIVE) $(ARCHIVES) $(GEN_OBJECTS_tests)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--as-needed -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(ALL_LIBS)
golden-formats: $(BIN)/golden_formats
	@$(BIN)/golden_formats tests/golden/formats $(or $(VERSION),1)

# ---- fuzz targets: LLVMFuzzerTestOneInput in tests/fuzz/*_fuzz.c ----------------------------
# Replayed over tests/fuzz/corpus/<name>/ under the sanitizers; `make fuzz NAME=json_scan` fuzzes.
FUZZ_SOURCES := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ_BINS := $(patsubst tests/fuzz/%.c,$(OUT)/fuzz/%,$(FUZZ_SOURCES))
$(OUT)/fuzz/%: $(OUT)/test-obj/fuzz/%.o $(OUT)/test-obj/fuzz/replay.o $(TEST_ARCHIVE) $(ARCHIVES) $(GEN_OBJECTS_tests)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--as-needed -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(ALL_LIBS)
fuzz-replay: $(FUZZ_BINS)
	@set -e; for f in $(FUZZ_BINS); do n=$$(basename $$f _fuzz); timeout 60 $$f tests/fuzz/corpus/$$n; done

NAME ?= json_scan
fuzz: $(GEN_HEADERS)
	@mkdir -p $(BUILD)/libfuzzer tests/fuzz/corpus/$(NAME)
	clang -std=gnu17 -D_GNU_SOURCE -pthread -O1 -g -fsanitize=fuzzer,address,undefined -iquote src -iquote tests -iquote $(OUT)/gen \
	  -o $(BUILD)/libfuzzer/$(NAME) tests/fuzz/$(NAME)_fuzz.c $(SUPPORT_SOURCES) \
	  $(foreach r,$(ROOMS),$(call room_sources,$(r))) $(GEN_OBJECTS_tests) $(ALL_LIBS)
	$(BUILD)/libfuzzer/$(NAME) -max_total_time=$(or $(SECONDS),60) tests/fuzz/corpus/$(NAME)

tidy: $(BIN)/tidy
	@$(BIN)/tidy

# What each program can reach: the rooms whose objects the linker took.
surface: all
	@for p in $(PROGRAMS); do echo "$$p:"; sed -n 's|.*lib/\([a-z-]*\)\.a(\([a-z_0-9]*\)\.o).*|  \1/\2|p' $(BIN)/$$p.map | sort -u; done

hurried:
	@$(MAKE) --no-print-directory PROFILE=hurried $(BUILD)/hurried/bin/amana-ingest $(BUILD)/hurried/bin/amana-ledger

clean:
	rm -rf $(BUILD)

help:
	@echo "make            programs into build/bin"
	@echo "make check      unit tests (PROFILE=asan, PROFILE=tsan with sanitizers, PART=store one room)"
	@echo "make crash      every crash point of every workload, under several ways of losing data"
	@echo "make fuzz-replay PROFILE=asan   every corpus of every parser"
	@echo "make fuzz NAME=json_scan SECONDS=60   fuzz one parser with libFuzzer"
	@echo "make golden-formats VERSION=2   rooms as this version writes them, to be kept"
	@echo "make ui         the console into build/web"
	@echo "make attack     programs with an attacker's hook, for tests/attack"
	@echo "make tidy       the house rules"
	@echo "make surface    what each program links"

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
