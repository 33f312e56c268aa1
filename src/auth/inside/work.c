#include "auth/inside/work.h"

#include "base/base64.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "sys/clock.h"

enum { NO_SPACE = ERR_BUSY /* nothing was begun: later perhaps */ };

void work_refuse(struct work *w, const char *code)
{
    *w->answer = (struct auth_answer){ .type = AUTH_REFUSED, .code = str_from(code) };
}

bool work_passes(struct work *w, int r, const char *absent)
{
    if (r == 0)
        return true;
    if (r == ERR_DENIED) {
        work_refuse(w, "frozen");
        return false;
    }
    if (r != ERR_NOT_FOUND && r != NO_SPACE)
        auth_note_failure(w->auth, r);
    work_refuse(w, r == ERR_NOT_FOUND ? absent : "io");
    return false;
}

int work_begin(struct work *w)
{
    int r = auth_check_space(w->auth);
    return r == 0 ? db_begin(w->auth->db) : NO_SPACE;
}

int work_end(struct work *w, int r)
{
    if (r == 0)
        return db_commit(w->auth->db);
    db_rollback(w->auth->db);
    return r;
}

struct str work_keep(struct work *w, struct bytes *text)
{
    struct str kept = arena_copy(w->arena, bytes_str(text));
    bytes_wipe(text);
    return kept;
}

void work_answer(struct work *w, uint32_t status, struct str json)
{
    *w->answer = (struct auth_answer){ .type = AUTH_ANSWERED, .status = status, .json = json };
}

bool work_identify(struct work *w)
{
    return work_passes(w, askers_identify(w->auth, w->request, w->arena, &w->asker), "login");
}

static bool is_proven(struct work *w, struct str signed_text)
{
    const struct login *login = &w->asker.login;
    struct evidence *e = &w->evidence;
    *e = (struct evidence){
        .kind = EVIDENCE_PROOF, .key_type = login->key_type,
        .public_key = str_of(login->key, login->key_len),
        .signature = str_of(w->signature, sizeof(w->signature)),
        .method = w->request->method, .path = w->request->path,
    };
    return login->key_len > 0 &&
           evidence_parse_header(w->request->proof, &e->counter, &e->time_ms,
                                 w->signature) == 0 &&
           evidence_check_proof(e, signed_text, login->hash) == 0 &&
           proofs_take(&w->auth->proofs, login->id, login->began_ms, e, clock_wall_ms()) == 0;
}

bool work_prove(struct work *w, struct str signed_text)
{
    if (w->asker.by != AUTH_BY_COOKIE || is_proven(w, signed_text))
        return true;
    work_refuse(w, "proof");
    return false;
}

bool work_read_body(struct work *w, struct json_doc **out)
{
    *out = NULL;
    if (json_doc_parse(w->request->body, WORK_BODY_MAX, out) == 0 &&
        json_doc_type(json_doc_root(*out)) == JSON_OBJECT)
        return true;
    json_doc_wipe(*out);
    *out = NULL;
    work_refuse(w, "invalid");
    return false;
}

static int first_project(struct work *w, uint64_t *id)
{
    struct access_entry first;
    struct project project;
    int r;
    *id = w->asker.project;
    if (*id != 0)
        return 0;
    if (w->asker.by == AUTH_BY_COOKIE) {
        r = access_next(&w->auth->access, w->asker.principal, 0, w->arena, &first);
        *id = first.project;
        return r;
    }
    r = projects_next(&w->auth->projects, 0, w->arena, &project);
    *id = project.id;
    return r;
}

int work_find_project(struct work *w, uint64_t id, struct project *out,
                      struct access_entry *access)
{
    *out = (struct project){ 0 };
    int r = id == 0 ? first_project(w, &id) : 0;
    if (r == 0)
        r = askers_access(w->auth, &w->asker, id, w->arena, access);
    if (r == 0)
        r = projects_find(&w->auth->projects, id, w->arena, out);
    return r;
}

struct str work_base64url(struct work *w, struct str raw)
{
    struct bytes text = { 0 };
    base64_encode(raw, &text);
    for (size_t i = 0; i < text.len; i++)
        text.ptr[i] = text.ptr[i] == '+' ? '-' : text.ptr[i] == '/' ? '_' : text.ptr[i];
    while (text.len > 0 && text.ptr[text.len - 1] == '=')
        text.len--;
    return work_keep(w, &text);
}

struct str work_unbase64(struct work *w, struct str text, size_t max)
{
    if (text.len == 0 || text.len > (max + 2) / 3 * 4)
        return (struct str){ 0 };
    uint8_t *out = arena_alloc(w->arena, text.len / 4 * 3 + 3);
    ptrdiff_t len = base64_decode(text, out);
    return len > 0 && (size_t)len <= max ? str_of(out, (size_t)len) : (struct str){ 0 };
}
