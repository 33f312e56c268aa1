/* What the vault answers, and to whom. This form has one link and one request:
 *
 *   link         request   answer               when
 *   query-vault  INTAKE    STORED or REFUSED    always
 *
 * Batches that wait on the link together share one sync and one commit, and are answered after it,
 * in order. Anything else, and anything malformed, closes the link. */
#ifndef VAULT_INSIDE_VAULT_ANSWERS_H
#define VAULT_INSIDE_VAULT_ANSWERS_H

#include <pthread.h>

#include "vault/inside/intake.h"

/* Answers on the link until it ends or misbehaves; closes it. Groups run under the lock, so that
 * who holds it finds no half-done group. */
void vault_answers_serve(int link, struct intake *intake, pthread_mutex_t *lock);

#endif
