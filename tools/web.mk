# The console: built by web/build.mjs into build/web, carried by amana-web. Nothing of it lies in the
# repository. Needs node 18 and npm 9 (Debian 12).

WEB_SOURCES := $(shell find web/src -type f 2>/dev/null) web/build.mjs web/lint.mjs web/tsconfig.json
WEB_GEN := $(OUT)/gen

# npm's own record of what it installed is as new as the last install.
web/node_modules/.package-lock.json: web/package-lock.json
	@echo "  npm   web"
	@cd web && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# The notices of the data in the programs are gathered here too.
$(BUILD)/web/manifest.txt: $(WEB_SOURCES) web/node_modules/.package-lock.json $(DATA_INSTALLED)
	@OUT=$(abspath $(BUILD)/web) node web/build.mjs

ui: $(BUILD)/web/manifest.txt

# One table and one assembler file from the manifest's lines: path, file, content type.
$(WEB_GEN)/console_files.S $(WEB_GEN)/console_table.c &: $(BUILD)/web/manifest.txt tools/embed.sh
	@mkdir -p $(WEB_GEN)
	@sh tools/embed.sh $(BUILD)/web $(WEB_GEN)

$(WEB_GEN)/console_files.o: $(WEB_GEN)/console_files.S
	@$(CC) $(OPT_$(PROFILE)) -c -o $@ $<

$(WEB_GEN)/console_table.o: $(WEB_GEN)/console_table.c
	@$(CC) $(CFLAGS) -c -o $@ $<

GEN_OBJECTS_amana-web := $(WEB_GEN)/console_files.o $(WEB_GEN)/console_table.o
