/* `amana doctor`'s look at the store: stores_verify is declared in store/store.h. */
#ifndef STORE_STORE_VERIFY_H
#define STORE_STORE_VERIFY_H

#include "store/store.h"

#endif
