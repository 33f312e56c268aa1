/* amana unfreeze: thaws a principal on the host, for a house whose only owner is frozen. It is
 * an entry of its own kind, shown in red; budgets stay spent. Nobody may be serving meanwhile. */
#ifndef CLI_UNFREEZE_H
#define CLI_UNFREEZE_H

/* The exit status: 0 done, 1 not, 2 wrong usage. */
int cli_unfreeze(int argc, char **argv);

#endif
