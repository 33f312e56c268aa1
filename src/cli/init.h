/* amana init: the directories, all keys, a project, its token and an API key, and the owner's
 * one-time link. Secrets are printed once and kept as hashes. */
#ifndef CLI_INIT_H
#define CLI_INIT_H

int cli_init(int argc, char **argv);

#endif
