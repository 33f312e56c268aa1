/* The console's own files: all its addresses are one page, whose script reads the address. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/call.h"

/* With the headers of a page: the policy of what it may do. The files outlive it. */
struct static_files *page_files_create(const struct static_file *files, uint32_t count);

void page_answer(struct call *call);   /* the page */
void page_asset(struct call *call);    /* the file of that address, or 404 */

#endif
