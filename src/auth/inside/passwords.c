#include "auth/inside/passwords.h"

#include <qrcodegen/qrcodegen.h>
#include <string.h>

#include "base/err.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "crypto/seal.h"
#include "crypto/totp.h"
#include "json/write.h"
#include "sys/clock.h"

/* What a password is kept as, before Argon2's text: one that is too short to stand alone ends with
 * the second factor. */
#define SHORT_MARK "short:"

enum { LEVEL_PASSWORD = 0, LEVEL_TOTP = 1, PENDING_LIFE_MS = 10 * 60 * 1000, QR_VERSION_MAX = 12 };

/* ---- hashing, without the lock -------------------------------------------------------------- */

static bool begin_hashing(struct work *w)
{
    if (w->auth->hashing >= PASSWORDS_AT_ONCE) {
        work_refuse(w, "throttled");
        return false;
    }
    w->auth->hashing++;
    auth_unlock(w->auth);
    return true;
}

static void end_hashing(struct work *w)
{
    auth_lock(w->auth);
    w->auth->hashing--;
}

/* False with *is_right untouched: refused as throttled. Without a text it is compared with
 * nobody's, so that a name that nobody has takes as long. The text lies in the arena and ends in
 * NUL. */
static bool compare(struct work *w, struct str password, struct str text, bool *is_right)
{
    if (str_starts(text, STR(SHORT_MARK)))
        text = str_from_index(text, sizeof(SHORT_MARK) - 1);
    if (!begin_hashing(w))
        return false;
    *is_right = password_fits(password, text.len ? text.ptr : password_of_nobody());
    end_hashing(w);
    *is_right &= text.len > 0;
    return true;
}

/* ---- the second factor's secret ------------------------------------------------------------- */

static void totp_key(const struct auth *auth, uint8_t out[SEAL_KEY_BYTES])
{
    const struct str label = STR("amana/totp/1");
    hash_framed(auth->grant_key, &label, 1, out, SEAL_KEY_BYTES);
}

static struct str owner_of(struct work *w, uint32_t principal)
{
    return arena_printf(w->arena, "member %u", principal);
}

static struct str seal_totp(struct work *w, const uint8_t secret[AUTH_TOTP_BYTES])
{
    struct bytes box = { 0 };
    uint8_t key[SEAL_KEY_BYTES];
    totp_key(w->auth, key);
    seal_close(key, owner_of(w, w->asker.principal), str_of(secret, AUTH_TOTP_BYTES), &box);
    hash_wipe(key, sizeof(key));
    return work_keep(w, &box);
}

/* The step is used up when the code is right. */
static int check_totp(struct work *w, const struct member *member, struct str code, bool *is_right)
{
    struct bytes secret = { 0 };
    uint8_t key[SEAL_KEY_BYTES];
    totp_key(w->auth, key);
    int r = seal_open(key, owner_of(w, member->principal), member->totp, &secret);
    hash_wipe(key, sizeof(key));
    uint64_t step = 0;
    bool fits = r == 0 && totp_fits(bytes_str(&secret), code, clock_wall_ms(),
                                    (uint64_t)member->totp_step, &step);
    bytes_wipe(&secret);
    *is_right = false;
    if (!fits)
        return r == 0 ? 0 : ERR_CORRUPT;
    r = work_begin(w);
    if (r == 0)
        r = work_end(w, members_use_totp(&w->auth->members, member->principal, (int64_t)step));
    *is_right = r == 0;
    return r == ERR_EXISTS ? 0 : r;
}

/* ---- logging in ----------------------------------------------------------------------------- */

static bool refuse(struct work *w, const char *code)
{
    work_refuse(w, code);
    return false;
}

static bool pass_totp(struct work *w, const struct member *member, struct str code)
{
    bool is_right;
    if (code.len == 0)
        return refuse(w, "totp");
    if (!work_passes(w, check_totp(w, member, code, &is_right), "io"))
        return false;
    return is_right || refuse(w, "totp");
}

bool passwords_check(struct work *w, const struct passwords_try *try, uint32_t *member_out,
                     uint8_t *level)
{
    struct member member = { .password = STR("") };
    uint32_t principal = 0;
    bool is_right = false;
    if (try->name.len > MEMBERS_NAME_MAX_BYTES || try->password.len > PASSWORDS_MAX)
        return refuse(w, "login");
    if (!throttle_try(&w->auth->throttle, w->request->address, try->name, clock_boot_ms()))
        return refuse(w, "throttled");
    int r = members_find_name(&w->auth->members, try->name, &principal);
    if (r == 0)
        r = members_find(&w->auth->members, principal, w->arena, &member);
    if (r != 0 && r != ERR_NOT_FOUND)
        return work_passes(w, r, "io");
    if (!compare(w, try->password, member.password, &is_right))
        return false;
    if (!is_right)
        return refuse(w, "login");
    if (member.totp.len && !pass_totp(w, &member, try->totp))
        return false;
    throttle_forgive(&w->auth->throttle, try->name);
    *member_out = principal;
    *level = member.totp.len ? LEVEL_TOTP : LEVEL_PASSWORD;
    return true;
}

/* ---- one's own password --------------------------------------------------------------------- */

static uint32_t characters(struct str text)
{
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((uint8_t)text.ptr[i] & 0xc0) != 0x80;
    return count;
}

/* Who stole a login must not be able to lock its owner out. */
static bool knows_old(struct work *w, struct str old)
{
    bool is_right = false;
    if (w->asker.member.password.len == 0)
        return true;
    if (!throttle_try(&w->auth->throttle, w->request->address, w->asker.name, clock_boot_ms()))
        return refuse(w, "throttled");
    return compare(w, old, w->asker.member.password, &is_right) &&
           (is_right || refuse(w, "login"));
}

void passwords_set(struct work *w, struct str old, struct str new_password)
{
    char text[PASSWORD_TEXT_BYTES];
    uint32_t count = characters(new_password);
    bool has_totp = w->asker.member.totp.len > 0;
    if (count < (has_totp ? PASSWORDS_WITH_TOTP_MIN : PASSWORDS_ALONE_MIN) ||
        new_password.len > PASSWORDS_MAX || !str_is_utf8(new_password)) {
        work_refuse(w, "invalid");
        return;
    }
    if (!knows_old(w, old) || !begin_hashing(w))
        return;
    int r = password_hash(new_password, text);
    end_hashing(w);
    if (r != 0) {
        work_refuse(w, "throttled");
        return;
    }
    struct str kept = arena_printf(w->arena, "%s%s", count < PASSWORDS_ALONE_MIN ? SHORT_MARK : "",
                                   text);
    r = work_begin(w);
    if (r == 0)
        r = work_end(w, members_set_password(&w->auth->members, w->asker.principal, kept));
    if (work_passes(w, r, "io"))
        work_answer(w, 200, STR("{}"));
}

/* ---- one's own second factor ---------------------------------------------------------------- */

/* One hex text a row, its modules from the left, the last digit filled with light ones. */
static bool write_qr(const char *text, struct json_write *json)
{
    uint8_t temp[qrcodegen_BUFFER_LEN_FOR_VERSION(QR_VERSION_MAX)];
    uint8_t code[qrcodegen_BUFFER_LEN_FOR_VERSION(QR_VERSION_MAX)];
    char row[qrcodegen_BUFFER_LEN_FOR_VERSION(QR_VERSION_MAX)];
    bool is_made = qrcodegen_encodeText(text, temp, code, qrcodegen_Ecc_MEDIUM, 1, QR_VERSION_MAX,
                                        qrcodegen_Mask_AUTO, true);
    int size = is_made ? qrcodegen_getSize(code) : 0;
    json_write_begin_object(json);
    json_write_key(json, "size");
    json_write_i64(json, size);
    json_write_key(json, "rows");
    json_write_begin_array(json);
    for (int y = 0; y < size; y++) {
        int len = 0;
        for (int x = 0; x < size; x += 4) {
            unsigned digit = 0;
            for (int i = 0; i < 4; i++)
                digit = digit << 1 | (x + i < size && qrcodegen_getModule(code, x + i, y));
            row[len++] = "0123456789abcdef"[digit];
        }
        json_write_str(json, str_of(row, (size_t)len));
    }
    json_write_end_array(json);
    json_write_end_object(json);
    hash_wipe(temp, sizeof(temp));
    hash_wipe(code, sizeof(code));
    hash_wipe(row, sizeof(row));
    return is_made;
}

static struct auth_pending_totp *find_pending(struct work *w)
{
    for (uint32_t i = 0; i < AUTH_PENDING_TOTP; i++) {
        struct auth_pending_totp *p = &w->auth->pending_totp[i];
        if (p->principal == w->asker.principal && p->ends_boot_ms > clock_boot_ms())
            return p;
    }
    return NULL;
}

/* A code signs nothing, so it opens nobody: whoever may see people needs a passkey. */
static bool may_have_totp(struct work *w)
{
    uint64_t rights;
    int r = access_all_rights(&w->auth->access, w->asker.principal, &rights);
    if (!work_passes(w, r, "io"))
        return false;
    return !(rights & ACCESS_PEOPLE_RIGHTS) || refuse(w, "role");
}

void passwords_totp_begin(struct work *w)
{
    struct bytes text = { 0 }, secret = { 0 };
    struct json_write json;
    if (!may_have_totp(w))
        return;
    struct auth_pending_totp *p = find_pending(w);
    if (!p)
        p = &w->auth->pending_totp[w->auth->pending_totp_at++ % AUTH_PENDING_TOTP];
    p->principal = w->asker.principal;
    p->ends_boot_ms = clock_boot_ms() + PENDING_LIFE_MS;
    random_bytes(p->secret, sizeof(p->secret));
    totp_base32(str_of(p->secret, sizeof(p->secret)), &secret);
    struct str shown = work_keep(w, &secret);
    struct str uri = arena_printf(w->arena, "otpauth://totp/amana:%u?secret=" STR_FMT
                                  "&issuer=amana", w->asker.principal, STR_ARG(shown));
    json_write_init(&json, &text);
    json_write_begin_object(&json);
    json_write_key(&json, "uri");
    json_write_str(&json, uri);
    json_write_key(&json, "secret");
    json_write_str(&json, shown);
    json_write_key(&json, "qr");
    bool is_made = write_qr(uri.ptr, &json);
    json_write_end_object(&json);
    struct str kept = work_keep(w, &text);
    check(is_made);
    work_answer(w, 200, kept);
}

static int keep_totp(struct work *w, struct str sealed, uint64_t step)
{
    int r = work_begin(w);
    if (r != 0)
        return r;
    r = members_set_totp(&w->auth->members, w->asker.principal, sealed);
    if (r == 0 && step)
        r = members_use_totp(&w->auth->members, w->asker.principal, (int64_t)step);
    if (r == 0 && sealed.len == 0 && str_starts(w->asker.member.password, STR(SHORT_MARK)))
        r = members_set_password(&w->auth->members, w->asker.principal, STR(""));
    return work_end(w, r);
}

void passwords_totp_set(struct work *w, struct str code)
{
    struct auth_pending_totp *p = find_pending(w);
    if (!may_have_totp(w))
        return;
    if (!p || !throttle_try(&w->auth->throttle, w->request->address, w->asker.name,
                            clock_boot_ms())) {
        work_refuse(w, p ? "throttled" : "invalid");
        return;
    }
    uint64_t step = 0;
    if (!totp_fits(str_of(p->secret, sizeof(p->secret)), code, clock_wall_ms(), 0, &step)) {
        work_refuse(w, "totp");
        return;
    }
    struct str sealed = seal_totp(w, p->secret);
    hash_wipe(p, sizeof(*p));
    throttle_forgive(&w->auth->throttle, w->asker.name);
    if (work_passes(w, keep_totp(w, sealed, step), "io"))
        work_answer(w, 200, STR("{}"));
}

void passwords_totp_end(struct work *w, struct str code)
{
    if (w->asker.member.totp.len == 0) {
        work_refuse(w, "invalid");
        return;
    }
    if (!throttle_try(&w->auth->throttle, w->request->address, w->asker.name, clock_boot_ms())) {
        work_refuse(w, "throttled");
        return;
    }
    if (!pass_totp(w, &w->asker.member, code))
        return;
    throttle_forgive(&w->auth->throttle, w->asker.name);
    if (work_passes(w, keep_totp(w, STR(""), 0), "io"))
        work_answer(w, 200, STR("{}"));
}
