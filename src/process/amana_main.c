/* amana: the command line, and the supervisor under `serve`. */
#include "base/log.h"
#include "base/map.h"
#include "cli/command.h"
#include "crypto/random.h"
#include "sys/sandbox.h"
#include "sys/spawn.h"

/* Undumpable like its children: `init` has every key in its memory once, `query` and `import` an
 * API secret, `serve` the owner's link. */
int main(int argc, char **argv)
{
    uint64_t seed;
    log_name("amana");
    spawn_private_umask();
    sandbox_harden();
    crypto_init();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    return command_run(argc, argv);
}
