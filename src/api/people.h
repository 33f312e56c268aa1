/* What shows single people. Each request is an ask in its asker's own words: auth lets it in and
 * signs a grant for exactly that text; the vault (values) or query (rows) shows both to the ledger,
 * which writes it down first. Web carries text, evidence and answer, and keeps nothing. */
#ifndef API_PEOPLE_H
#define API_PEOPLE_H

#include "api/call.h"

void people_list(struct call *call);     /* POST /api/people: by pseudonym */
void people_person(struct call *call);   /* POST /api/person: one timeline */
void people_reveal(struct call *call);   /* POST /api/people/reveal: sealed values in clear */
void people_find(struct call *call);     /* POST /api/people/find: who has this e-mail, phone, id */
void people_export(struct call *call);   /* POST /api/people/export: always refused */

#endif
