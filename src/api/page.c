#include "api/page.h"

static const struct http_header headers[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
      "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'" },
    { "Permissions-Policy",
      "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), "
      "microphone=(), geolocation=(), payment=(), usb=()" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
};

struct static_files *page_files_create(const struct static_file *files, uint32_t count)
{
    return static_files_create(files, count, headers, sizeof(headers) / sizeof(headers[0]));
}

static void answer(struct call *call, struct str path)
{
    if (!static_files_answer(call->console->files, path, call->http))
        call_answer_as(call, 404, "text/plain", STR("not found\n"));
}

void page_answer(struct call *call)
{
    answer(call, STR("/"));
}

void page_asset(struct call *call)
{
    answer(call, http_request_path(call->http));
}
