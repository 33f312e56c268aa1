/* The words of a selector: strings with their escapes undone, numbers, names and signs. */
#ifndef QUERY_SELECTOR_TOKEN_H
#define QUERY_SELECTOR_TOKEN_H

#include "base/arena.h"
#include "query/selector.h"

enum selector_token_kind {
    SELECTOR_TOKEN_END, SELECTOR_TOKEN_STRING, SELECTOR_TOKEN_NUMBER, SELECTOR_TOKEN_WORD,
    SELECTOR_TOKEN_SIGN,
};

struct selector_token {
    enum selector_token_kind kind;
    uint32_t at;       /* byte in the text */
    struct str text;   /* as it stands; of a string: its content */
    double number;
};

struct selector_words {
    struct str text;
    size_t next;
    struct arena *arena;
    struct selector_token token;   /* the present one */
    int r;                         /* the first trouble stays: ERR_INVALID, ERR_NOMEM */
    struct selector_error error;   /* of ERR_INVALID */
};

/* Checks the text's length and UTF-8, and reads the first token. */
void selector_token_init(struct selector_words *words, struct str text, struct arena *arena);
/* Reads the next token; an END after trouble. */
void selector_token_next(struct selector_words *words);
/* Notes the first trouble; the present token becomes END. */
void selector_token_refuse(struct selector_words *words, uint32_t at, const char *message);

#endif
