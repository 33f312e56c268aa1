/* Command-line options: "--name value", "--name=value", flags, and what is left over. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct option_text {
    const char *name;    /* "--data" */
    const char **value;  /* set to the text after it; a default may stand there already */
};

struct option_flag {
    const char *name;    /* "--json" */
    bool *value;
};

struct options {
    const struct option_text *texts;
    size_t text_count;
    const struct option_flag *flags;
    size_t flag_count;
    const char **rest;   /* of rest_max; *rest_count are set */
    size_t rest_max;
    size_t rest_count;
};

/* argv[0] is the command's name. False after a sentence on standard error. */
bool options_parse(struct options *options, int argc, char **argv);

#endif
