#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "base/version.h"
#include "cli/doctor.h"
#include "cli/import.h"
#include "cli/init.h"
#include "cli/owner_link.h"
#include "cli/query.h"
#include "cli/sample.h"
#include "cli/serve.h"
#include "cli/unfreeze.h"
#include "cli/verify.h"

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *arguments;
    const char *summary;
} commands[] = {
#define COMMAND(name, function, arguments, summary) { #name, function, arguments, summary },
#include "cli/command.def"
#undef COMMAND
};

static int usage(FILE *to, int status)
{
    (void)fprintf(to, "amana: product analytics that can prove who saw what\n\n");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        (void)fprintf(to, "  amana %s %s\n      %s\n", commands[i].name, commands[i].arguments,
                      commands[i].summary);
    return status;
}

int command_run(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr, 2);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return usage(stdout, 0);
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("amana " AMANA_VERSION "\n");
        return 0;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    (void)fprintf(stderr, "amana: no command \"%s\"\n\n", argv[1]);
    return usage(stderr, 2);
}
