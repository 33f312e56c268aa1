#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static bool take_flag(const struct options *options, const char *argument)
{
    for (size_t i = 0; i < options->flag_count; i++) {
        if (strcmp(options->flags[i].name, argument) == 0) {
            *options->flags[i].value = true;
            return true;
        }
    }
    return false;
}

/* 1 taken, 2 taken with the next argument, 0 unknown, -1 its value is missing. */
static int take_text(const struct options *options, const char *argument, const char *next)
{
    for (size_t i = 0; i < options->text_count; i++) {
        const struct option_text *text = &options->texts[i];
        size_t len = strlen(text->name);
        if (strncmp(text->name, argument, len) != 0)
            continue;
        if (argument[len] == '=') {
            *text->value = argument + len + 1;
            return 1;
        }
        if (argument[len] == 0) {
            *text->value = next;
            return next ? 2 : -1;
        }
    }
    return 0;
}

bool options_parse(struct options *options, int argc, char **argv)
{
    options->rest_count = 0;
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i];
        bool is_option = argument[0] == '-' && argument[1];
        if (!is_option && options->rest_count < options->rest_max) {
            options->rest[options->rest_count++] = argument;
            continue;
        }
        if (is_option && take_flag(options, argument))
            continue;
        int taken = is_option ? take_text(options, argument, i + 1 < argc ? argv[i + 1] : NULL) : 0;
        if (taken <= 0) {
            (void)fprintf(stderr, "amana %s: %s %s\n", argv[0],
                          taken < 0 ? "a value is missing after" : "does not know", argument);
            return false;
        }
        i += taken - 1;
    }
    return true;
}
