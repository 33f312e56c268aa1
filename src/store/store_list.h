/* What a project has, listed: the functions are declared in store/store.h, for the whole house. */
#ifndef STORE_STORE_LIST_H
#define STORE_STORE_LIST_H

#include "store/store.h"

/* Distinct values that one listing looks at; rarer ones of a wider property may be missing. */
enum { STORE_LIST_VALUES_MAX = 200000 };

#endif
