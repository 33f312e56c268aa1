/* amana sample: fills a served directory with the sample world through the real ingest path, then
 * goes on with live events until it is ended. What was filled is remembered in DIR/run. */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

int cli_sample(int argc, char **argv);

#endif
