/* GET /log/…: checkpoints and tiles as the ledger wrote them, for anybody (decision 0015). */
#ifndef API_LOG_FILES_H
#define API_LOG_FILES_H

#include "api/call.h"

void log_files_answer(struct call *call);

#endif
