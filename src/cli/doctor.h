/* amana doctor: looks over a data directory that is not being served, and says what is wrong with
 * it and what would mend it. It changes nothing. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

/* The exit status: 0 sound, 1 findings or not looked at (being served, no data directory), 2 wrong
 * usage. */
int cli_doctor(int argc, char **argv);

#endif
