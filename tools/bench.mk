# Programs that measure, and the planted faults: built by name, never by `make check`.
$(BIN)/bench_%: $(OUT)/bench-obj/%.o $(OUT)/lib/tests.a $(ARCHIVES) $(GEN_OBJECTS_tests)
	@mkdir -p $(@D)
	@$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--as-needed -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(ALL_LIBS)

$(OUT)/bench-obj/%.o: bench/%.c | $(GEN_HEADERS)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS) -iquote tests -c -o $@ $<

mutants: $(OUT)/test/unit/engine/segmentation_random_test $(filter $(OUT)/test/unit/ledger/%,$(TEST_BINS))
	@sh tests/mutants/segmentation.sh
	@sh tests/mutants/ledger.sh
.PHONY: mutants
.PRECIOUS: $(OUT)/bench-obj/%.o
