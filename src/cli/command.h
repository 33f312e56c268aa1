/* The commands: one file each, one entry in command.def, from which help is made too. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/* Finds argv[1] among the commands and runs it with the rest; the exit status for main: 0 done,
 * 1 failed, 2 wrong usage. */
int command_run(int argc, char **argv);

#endif
