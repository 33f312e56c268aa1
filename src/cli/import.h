/* amana import: a Mixpanel export (JSON lines, also gzip) through /import over ingest's socket.
 * Resumable: how many lines were acknowledged stands in DIR/run after every batch. */
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

int cli_import(int argc, char **argv);

#endif
