/* amana verify: a whole log from its public files, in a folder or over plain HTTP; or one entry by
 * its proof, offline. It needs no data directory and believes nothing but the key it is given. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

/* The exit status: 0 all of it holds, 1 it does not or could not be read, 2 wrong usage. */
int cli_verify(int argc, char **argv);

#endif
