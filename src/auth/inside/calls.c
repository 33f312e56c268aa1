#include "auth/inside/calls.h"

#include "auth/inside/calls_keys.h"
#include "auth/inside/calls_login.h"
#include "auth/inside/calls_members.h"
#include "auth/inside/calls_own.h"

enum proof {
    PROOF_NONE,   /* begins a login, or only lists */
    PROOF_BODY,   /* over the body */
    PROOF_ASK,    /* over the ask, and asks_check looks at it */
};

struct call_row {
    void (*answer)(struct work *w);
    bool is_strangers;
    bool is_members_alone;   /* of somebody with a cookie, about themselves */
    enum proof proof;
};

static const struct call_row rows[AUTH_CALL_LAST + 1] = {
    [AUTH_LOGIN_BEGIN] = { calls_login_begin, true, false, PROOF_NONE },
    [AUTH_LOGIN_PASSKEY] = { calls_login_passkey, true, false, PROOF_NONE },
    [AUTH_LOGIN_PASSWORD] = { calls_login_password, true, false, PROOF_NONE },
    [AUTH_LOGIN_LINK] = { calls_login_link, true, false, PROOF_NONE },
    [AUTH_PASSKEY_BEGIN] = { calls_own_passkey_begin, false, true, PROOF_BODY },
    [AUTH_PASSKEY_ADD] = { calls_own_passkey_add, false, true, PROOF_ASK },
    [AUTH_PASSKEY_END] = { calls_own_passkey_end, false, true, PROOF_ASK },
    [AUTH_PASSWORD_SET] = { calls_own_password, false, true, PROOF_BODY },
    [AUTH_TOTP_BEGIN] = { calls_own_totp_begin, false, true, PROOF_BODY },
    [AUTH_TOTP_SET] = { calls_own_totp_set, false, true, PROOF_BODY },
    [AUTH_TOTP_END] = { calls_own_totp_end, false, true, PROOF_BODY },
    [AUTH_LOGINS_LIST] = { calls_own_logins, false, false, PROOF_NONE },
    [AUTH_LOGIN_END] = { calls_own_login_end, false, false, PROOF_BODY },
    [AUTH_MEMBERS_LIST] = { calls_members_list, false, false, PROOF_NONE },
    [AUTH_MEMBER_INVITE] = { calls_members_invite, false, false, PROOF_ASK },
    [AUTH_MEMBER_ROLES] = { calls_members_roles, false, false, PROOF_ASK },
    [AUTH_MEMBER_RECOVER] = { calls_members_recover, false, false, PROOF_ASK },
    [AUTH_MEMBER_END] = { calls_members_end, false, false, PROOF_ASK },
    [AUTH_KEYS_LIST] = { calls_keys_list, false, false, PROOF_NONE },
    [AUTH_KEY_ADD] = { calls_keys_add, false, false, PROOF_ASK },
    [AUTH_KEY_END] = { calls_members_end, false, false, PROOF_ASK },
    [AUTH_DECISION_APPROVE] = { calls_members_approve, false, false, PROOF_ASK },
    [AUTH_FREEZE] = { calls_members_freeze, false, false, PROOF_ASK },
    [AUTH_UNFREEZE] = { calls_members_unfreeze, false, false, PROOF_ASK },
};

void calls_answer(struct work *w)
{
    const struct call_row *row = &rows[w->request->call];
    check(row->answer != NULL); /* decode lets no other through */
    if (row->is_strangers) {
        row->answer(w);
        return;
    }
    if (!work_identify(w))
        return;
    bool may = w->asker.by == AUTH_BY_COOKIE ||
               (w->asker.by == AUTH_BY_UID && !row->is_members_alone);
    if (!may)
        work_refuse(w, "role");
    else if (row->proof != PROOF_BODY || work_prove(w, w->request->body))
        row->answer(w);
}
