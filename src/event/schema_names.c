#include "event/schema_names.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

/* What a name decides by itself. Compared without '$', case, '_', '-' and blanks, so that
 * "$first_name", "firstName" and "First Name" are one. */
struct named {
    const char *name;
    struct schema_name says;
};

static const struct named names[] = {
    /* secret: dropped and counted */
    { "password", { SCHEMA_SECRET, 0 } }, { "passwd", { SCHEMA_SECRET, 0 } }, { "pwd", { SCHEMA_SECRET, 0 } },
    { "passphrase", { SCHEMA_SECRET, 0 } }, { "secret", { SCHEMA_SECRET, 0 } },
    { "clientsecret", { SCHEMA_SECRET, 0 } }, { "apikey", { SCHEMA_SECRET, 0 } },
    { "apisecret", { SCHEMA_SECRET, 0 } }, { "accesstoken", { SCHEMA_SECRET, 0 } },
    { "refreshtoken", { SCHEMA_SECRET, 0 } }, { "authtoken", { SCHEMA_SECRET, 0 } },
    { "idtoken", { SCHEMA_SECRET, 0 } }, { "sessiontoken", { SCHEMA_SECRET, 0 } },
    { "csrftoken", { SCHEMA_SECRET, 0 } }, { "authorization", { SCHEMA_SECRET, 0 } },
    { "cookie", { SCHEMA_SECRET, 0 } }, { "privatekey", { SCHEMA_SECRET, 0 } },
    { "creditcard", { SCHEMA_SECRET, 0 } }, { "creditcardnumber", { SCHEMA_SECRET, 0 } },
    { "cardnumber", { SCHEMA_SECRET, 0 } }, { "cvv", { SCHEMA_SECRET, 0 } }, { "cvc", { SCHEMA_SECRET, 0 } },
    { "otp", { SCHEMA_SECRET, 0 } }, { "pincode", { SCHEMA_SECRET, 0 } }, { "jwt", { SCHEMA_SECRET, 0 } },
    { "كلمةالمرور", { SCHEMA_SECRET, 0 } }, { "كلمةالسر", { SCHEMA_SECRET, 0 } },
    /* personal */
    { "email", { SCHEMA_PERSONAL, REF_KIND_EMAIL } }, { "mail", { SCHEMA_PERSONAL, REF_KIND_EMAIL } },
    { "emailaddress", { SCHEMA_PERSONAL, REF_KIND_EMAIL } },
    { "useremail", { SCHEMA_PERSONAL, REF_KIND_EMAIL } },
    { "بريد", { SCHEMA_PERSONAL, REF_KIND_EMAIL } },
    { "البريدالإلكتروني", { SCHEMA_PERSONAL, REF_KIND_EMAIL } },
    { "phone", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "phonenumber", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "mobile", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "mobilenumber", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "telephone", { SCHEMA_PERSONAL, REF_KIND_PHONE } }, { "tel", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "whatsapp", { SCHEMA_PERSONAL, REF_KIND_PHONE } }, { "هاتف", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "جوال", { SCHEMA_PERSONAL, REF_KIND_PHONE } }, { "رقمالجوال", { SCHEMA_PERSONAL, REF_KIND_PHONE } },
    { "name", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "firstname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "lastname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "middlename", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "fullname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "username", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "displayname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "nickname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "givenname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "familyname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "surname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "customername", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "contactname", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "hadpersisteddistinctid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "userid", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "uid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "customerid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "memberid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "personid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "visitorid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "اسم", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "الاسم", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "الاسمالكامل", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "address", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "street", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "streetaddress", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "homeaddress", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "billingaddress", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "shippingaddress", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "العنوان", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "عنوان", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "birthday", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "birthdate", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "dateofbirth", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "dob", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "avatar", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "photo", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "ssn", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "nationalid", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "passport", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "passportnumber", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "iqama", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "iban", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "accountnumber", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "ip", { SCHEMA_PERSONAL, REF_KIND_BOUND } }, { "ipaddress", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "latitude", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    { "longitude", { SCHEMA_PERSONAL, REF_KIND_BOUND } },
    /* quasi: useful, coarse */
    { "city", { SCHEMA_QUASI, 0 } }, { "region", { SCHEMA_QUASI, 0 } }, { "country", { SCHEMA_QUASI, 0 } },
    { "countrycode", { SCHEMA_QUASI, 0 } }, { "mpcountrycode", { SCHEMA_QUASI, 0 } },
    { "timezone", { SCHEMA_QUASI, 0 } }, { "browser", { SCHEMA_QUASI, 0 } },
    { "browserversion", { SCHEMA_QUASI, 0 } }, { "os", { SCHEMA_QUASI, 0 } },
    { "osversion", { SCHEMA_QUASI, 0 } }, { "device", { SCHEMA_QUASI, 0 } }, { "model", { SCHEMA_QUASI, 0 } },
    { "brand", { SCHEMA_QUASI, 0 } }, { "manufacturer", { SCHEMA_QUASI, 0 } },
    { "carrier", { SCHEMA_QUASI, 0 } }, { "company", { SCHEMA_QUASI, 0 } },
    { "companyname", { SCHEMA_QUASI, 0 } }, { "companyid", { SCHEMA_QUASI, 0 } },
    { "organisation", { SCHEMA_QUASI, 0 } }, { "organization", { SCHEMA_QUASI, 0 } },
    { "orgid", { SCHEMA_QUASI, 0 } }, { "org", { SCHEMA_QUASI, 0 } }, { "team", { SCHEMA_QUASI, 0 } },
    { "workspace", { SCHEMA_QUASI, 0 } }, { "referringdomain", { SCHEMA_QUASI, 0 } },
    { "initialreferringdomain", { SCHEMA_QUASI, 0 } }, { "searchengine", { SCHEMA_QUASI, 0 } },
    /* open: what the SDKs themselves say */
    { "mplib", { SCHEMA_OPEN, 0 } }, { "libversion", { SCHEMA_OPEN, 0 } },
    { "mpsentbylibversion", { SCHEMA_OPEN, 0 } }, { "screenheight", { SCHEMA_OPEN, 0 } },
    { "screenwidth", { SCHEMA_OPEN, 0 } }, { "duration", { SCHEMA_OPEN, 0 } },
    { "import", { SCHEMA_OPEN, 0 } }, { "plan", { SCHEMA_OPEN, 0 } }, { "currency", { SCHEMA_OPEN, 0 } },
    { "version", { SCHEMA_OPEN, 0 } }, { "appversion", { SCHEMA_OPEN, 0 } },
};

enum { NAMES = sizeof(names) / sizeof(names[0]), SLOTS = 512, BARE_MAX_BYTES = 64 };
_Static_assert(NAMES < 256 && NAMES * 2 < SLOTS, "a slot is a byte, and half of them stay empty");

/* The names by their hash, made once: every property of every event asks. Open addressing; the
 * list is ours, so no stranger makes its runs long. */
static struct {
    uint8_t slots[SLOTS];     /* index into names, + 1; 0 = empty */
    uint8_t lengths[NAMES];
} table;

static size_t first_slot(struct str text)
{
    return hash_64(text.ptr, text.len) % SLOTS;
}

static void make_table(void)
{
    for (size_t i = 0; i < NAMES; i++) {
        struct str name = str_from(names[i].name);
        size_t at = first_slot(name);
        check(name.len <= BARE_MAX_BYTES);
        while (table.slots[at])
            at = (at + 1) % SLOTS;
        table.slots[at] = (uint8_t)(i + 1);
        table.lengths[i] = (uint8_t)name.len;
    }
}

/* The name in its bare form; false when it is longer than any we know. */
static bool bare(struct str property, char *out, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < property.len; i++) {
        char c = property.ptr[i];
        if (c == '$' || c == '_' || c == '-' || c == ' ' || c == '.' || c == ':')
            continue;
        if (*len == BARE_MAX_BYTES)
            return false;
        out[(*len)++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return true;
}

const struct schema_name *schema_names_find(struct str property)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char text[BARE_MAX_BYTES];
    size_t len;
    check(pthread_once(&once, make_table) == 0);
    if (!bare(property, text, &len))
        return NULL;
    for (size_t at = first_slot(str_of(text, len)); table.slots[at]; at = (at + 1) % SLOTS) {
        size_t i = table.slots[at] - 1u;
        if (table.lengths[i] == len && memcmp(names[i].name, text, len) == 0)
            return &names[i].says;
    }
    return NULL;
}
