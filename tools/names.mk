# The lists of names and everyday words that ingest searches, made from npm data
# (docs/decisions/0007-lists-of-names.md). Nothing of it lies in the repository but names_own.txt.
# The packages are installed by tools/geo.mk's rule.

NAMES := $(OUT)/gen/ingest/detect_names.def
GEN_HEADERS += $(NAMES)

$(NAMES): tools/data/names.mjs tools/data/names_own.txt $(DATA_INSTALLED)
	@mkdir -p $(@D)
	@echo "  gen   $@"
	@node tools/data/names.mjs $@.new
	@mv $@.new $@

# Every object waits for its headers; this one is also made anew with them.
$(OUT)/obj/ingest/detect_name.o: $(NAMES)
