/* What the vault answers to query. The whole table of the vault:
 *
 *   link         request   answer               when
 *   query-vault  INTAKE    STORED or REFUSED    always                             here
 *   web-vault    REVEAL    REVEALED or DENIED   a grant of the living auth,        web_answers
 *   web-vault    FIND      FOUND or DENIED      and the ledger's entry
 *
 * Batches that wait on the link together share one sync and one commit, and are answered after it,
 * in order. Anything else, and anything malformed, closes the link; so does an intake that stopped,
 * once it has said so. Nobody makes a link anew for two programs that both go on, so whoever calls
 * has to end for any reason but "the peer is gone": its next start finds what is really on disk. */
#ifndef VAULT_INSIDE_VAULT_ANSWERS_H
#define VAULT_INSIDE_VAULT_ANSWERS_H

#include "base/check.h"
#include "vault/inside/intake.h"
#include "vault/inside/turn.h"

/* Answers on the link until it ends, misbehaves, or the intake stops; closes it. A group takes one
 * turn, so that whoever has the turn finds no half-done group. 0: the peer is gone; ERR_IO: the
 * intake has stopped; else what is wrong with the link. */
int vault_answers_serve(int link, struct intake *intake, struct turn *turn) MUST_USE;

#endif
