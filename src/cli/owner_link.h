/* amana owner-link: asks the running amana for another one-time link, over web's unix socket; auth
 * gives it to the uid that made the directory, and to nobody else. */
#ifndef CLI_OWNER_LINK_H
#define CLI_OWNER_LINK_H

int cli_owner_link(int argc, char **argv);

#endif
