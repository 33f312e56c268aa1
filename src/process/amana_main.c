/* amana: the command line, and the supervisor under `serve`. */
#include "base/log.h"
#include "base/map.h"
#include "cli/command.h"
#include "crypto/random.h"
#include "sys/spawn.h"

int main(int argc, char **argv)
{
    uint64_t seed;
    log_name("amana");
    spawn_private_umask();
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    return command_run(argc, argv);
}
