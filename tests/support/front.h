/* The console's address over real sockets, with peers that answer by rote: auth knows one cookie,
 * one key, one link and the uid of this process; query says what it was asked; the vault says what
 * the test tells it. */
#ifndef TESTS_SUPPORT_FRONT_H
#define TESTS_SUPPORT_FRONT_H

#include <pthread.h>

#include "api/console_routes.h"
#include "auth/wire/auth_wire.h"
#include "query/wire/query_wire.h"
#include "support/temp.h"
#include "vault/wire/vault_wire.h"

#define FRONT_COOKIE "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
#define FRONT_LINK "LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL"
#define FRONT_BASIC "Authorization: Basic a19nb29kOnNfZ29vZA==\r\n"      /* k_good:s_good */
#define FRONT_BAD_BASIC "Authorization: Basic a19nb29kOnNfYmFk\r\n"      /* k_good:s_bad */
#define FRONT_WITH_COOKIE "Cookie: amana_login=" FRONT_COOKIE "\r\n"
#define FRONT_PROOF "Amana-Proof: 7 1795453200000 c2lnbmF0dXJl\r\n"
#define FRONT_MEMBER FRONT_WITH_COOKIE FRONT_OUR_PAGE FRONT_PROOF
#define FRONT_HOST "h.example:81"
#define FRONT_OUR_PAGE "Origin: http://" FRONT_HOST "\r\n"

enum { FRONT_TEXT = 6144, FRONT_SHORT = 256 };

/* Texts that auth heard last. */
struct front_heard {
    char proof[FRONT_SHORT], method[FRONT_SHORT], path[FRONT_SHORT], address[FRONT_SHORT];
    char agent[FRONT_SHORT], lookup[FRONT_SHORT], assertion[FRONT_TEXT], body[FRONT_TEXT];
    char ask[FRONT_TEXT];
};

struct front {
    struct temp temp;
    struct link *auth, *query, *vault;
    struct fs *log;              /* the logs' folder: of the test's own */
    struct console_routes *routes;
    struct http_server *tcp, *local;
    char address[64];
    char path[200];              /* of the unix socket */
    const char *host;            /* that requests name */
    int auth_fd, query_fd, vault_fd;   /* the peers' ends; -1 = away */
    pthread_t auth_thread, query_thread, vault_thread;
    /* what the peers heard last, for the test's thread after an answer */
    enum auth_type auth_type;
    struct auth_request auth_request;   /* numbers alone: strings are gone */
    int auth_count;
    struct front_heard heard;
    const char *auth_refuses;    /* everything is refused so */
    int auth_refuses_after;      /* after so many */
    const char *auth_refuses_calls;    /* AUTH_CALL alone is */
    char ask[FRONT_TEXT];        /* that query or the vault was handed */
    char evidence[FRONT_SHORT];
    size_t refs_len;
    _Atomic int vault_count;
    enum vault_type vault_type;
    struct bytes vault_says;     /* the body of what the vault answers, of vault_answers */
    enum vault_type vault_answers;
    const char *const *pieces;   /* of an export; after the last comes its end */
    _Atomic int pieces_asked;
    const char *piece_refused;   /* JSON: instead of the end */
    enum query_what what;
    uint64_t project;
    size_t grant_len;
    bool is_hash_right;          /* the grant was asked for exactly the question's bytes */
    char question[FRONT_TEXT];
    char settings[256];
    const char *query_says;      /* what query answers; NULL: {"asked":true} */
    uint32_t query_status;
    int stale_answers;           /* so many questions are refused for their grant first */
    pthread_mutex_t held_lock;
    _Atomic int held;            /* questions with the text "hold" in them, not answered yet */
    uint64_t held_ids[128];
};

void front_open(struct front *f);
void front_close(struct front *f);
void front_auth_away(struct front *f);
void front_auth_back(struct front *f);
void front_query_away(struct front *f);
void front_vault_away(struct front *f);
/* Answers what is held; how many those were. */
int front_release(struct front *f);
/* One request; `line` is "POST /api/query", `headers` whole lines; the answer, head and body. */
void front_talk(struct front *f, const char *line, const char *headers, const char *body,
                char out[FRONT_TEXT]);
/* The same over the unix socket, as the owner's uid. */
void front_talk_locally(struct front *f, const char *line, const char *headers, const char *body,
                        char out[FRONT_TEXT]);
/* Connects and sends without reading; the descriptor. */
int front_send(struct front *f, const char *line, const char *headers, const char *body);
void front_read(int fd, char out[FRONT_TEXT]);
unsigned front_status(const char *answer);
const char *front_body(const char *answer);

#endif
