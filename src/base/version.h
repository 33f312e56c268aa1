/* The version that the programs, the command line and the console name. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define AMANA_VERSION "0.1.0"

#endif
