/* amana: the command line, and the supervisor under `serve`. */
#include <sys/stat.h>

#include "base/log.h"
#include "base/map.h"
#include "cli/command.h"
#include "crypto/random.h"

int main(int argc, char **argv)
{
    uint64_t seed;
    log_name("amana");
    (void)umask(0027);
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    return command_run(argc, argv);
}
