/* amana query: one question (query-spec.md) from a file or standard input, over web's socket. */
#ifndef CLI_QUERY_H
#define CLI_QUERY_H

int cli_query(int argc, char **argv);

#endif
