/* SPDX-License-Identifier: Apache-2.0 */
/* Cursors: the place of the last row in the order of the list, so that what is written meanwhile moves nothing. Opaque
 * and checked: one that was altered, or belongs to another list or another role, is refused. */
#include "api.h"
#include "web_pages.h"

#include "graph_query.h"

#include <sodium.h>
#include <string.h>

enum { MAC_BYTES = 16, VALUE_BYTES = 1500 };

static void mac(const struct request *r, str query, str payload, unsigned char out[MAC_BYTES])
{
    crypto_generichash_state h;
    unsigned char role = (unsigned char)r->user.role;
    crypto_generichash_init(&h, r->web->secret, sizeof r->web->secret, MAC_BYTES);
    crypto_generichash_update(&h, (const unsigned char *)"cursor", 7);
    crypto_generichash_update(&h, &role, 1);
    crypto_generichash_update(&h, (const unsigned char *)query.p, query.n);
    crypto_generichash_update(&h, (const unsigned char *)"", 1);
    crypto_generichash_update(&h, (const unsigned char *)payload.p, payload.n);
    crypto_generichash_final(&h, out, MAC_BYTES);
}

static char letter(enum feel_kind kind)
{
    return kind == FEEL_NUMBER    ? 'n'
           : kind == FEEL_STRING  ? 's'
           : kind == FEEL_DATE    ? 'd'
           : kind == FEEL_BOOLEAN ? 'b'
                                  : 0;
}

/* "s 12 5 name of the factvalue": kind, id, length of the name, then both. */
str api_cursor(struct request *r, str query, const struct fact_place *place)
{
    struct buf b;
    str value = STR("");
    int64_t days;
    if (place->key.kind == FEEL_STRING) value = place->key.text;
    if (place->key.kind == FEEL_NUMBER) value = feel_digits(r, place->key);
    if (place->key.kind == FEEL_BOOLEAN) value = place->key.flag ? STR("1") : STR("0");
    if (place->key.kind == FEEL_DATE && feel_to_days(place->key, &days))
        value = text_format(r, "%lld", (long long)days);
    if (value.n > VALUE_BYTES || place->name.n > VALUE_BYTES) return STR_NONE;
    buf_init(&b, 4 * VALUE_BYTES);
    char kind = place->key.kind == FEEL_NULL ? '0' : letter((enum feel_kind)place->key.kind);
    if (kind) {
        buf_printf(&b, "%c %llu %zu ", kind, (unsigned long long)place->id, place->name.n);
        buf_str(&b, place->name);
        buf_str(&b, value);
    }
    size_t n = MAC_BYTES + b.n, room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    unsigned char *bytes = arena_alloc(&r->arena, n);
    char *text = arena_alloc(&r->arena, room);
    mac(r, query, buf_get(&b), bytes);
    if (b.n) memcpy(bytes + MAC_BYTES, b.p, b.n);
    buf_release(&b);
    sodium_bin2base64(text, room, bytes, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return kind ? str_of(text) : STR_NONE;
}

static bool read_key(char kind, str value, struct feel_value *out)
{
    int64_t n;
    switch (kind) {
    case '0': return *out = feel_null(), !value.n;
    case 's': return *out = feel_string(value), true;
    case 'n': return feel_number(value, out);
    case 'd': return str_to_int(value, &n) && (*out = feel_date(n), true);
    case 'b': return *out = feel_boolean(str_eq(value, STR("1"))), true;
    default: return false;
    }
}

bool api_read_cursor(struct request *r, str query, str cursor, struct fact_place *out)
{
    unsigned char want[MAC_BYTES], *bytes = arena_alloc(&r->arena, cursor.n + 1);
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(bytes, cursor.n + 1, cursor.p, cursor.n, NULL, &n, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) ||
        end != cursor.p + cursor.n || n < MAC_BYTES)
        return false;
    str payload = {(const char *)bytes + MAC_BYTES, n - MAC_BYTES}, kind, id, length;
    mac(r, query, payload, want);
    if (sodium_memcmp(want, bytes, MAC_BYTES)) return false;
    int64_t number, name;
    if (!str_cut(&payload, ' ', &kind) || kind.n != 1 || !str_cut(&payload, ' ', &id) || !str_to_int(id, &number) ||
        !str_cut(&payload, ' ', &length) || !str_to_int(length, &name) || name < 0 || (size_t)name > payload.n)
        return false;
    *out = (struct fact_place){.id = (uint64_t)number, .name = str_slice(payload, 0, (size_t)name)};
    return read_key(kind.p[0], str_from(payload, (size_t)name), &out->key);
}
