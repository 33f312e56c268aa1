/* GET /log/…: checkpoints and tiles as the ledger wrote them, for anybody: they hold numbers and
 * hashes, no name and no ref, and an auditor needs no login. */
#ifndef API_LOG_FILES_H
#define API_LOG_FILES_H

#include "api/call.h"

void log_files_answer(struct call *call);

#endif
