/* SPDX-License-Identifier: Apache-2.0 */
#include "hook.h"

#include <sodium.h>
#include <string.h>

static const char secret_prefix[] = "whsec_", signature_prefix[] = "v1,";

/* "prefix" and the bytes as base64, into `room` bytes. */
static void put_base64(char *out, size_t room, const char *prefix, const unsigned char *bytes, size_t n)
{
    size_t before = strlen(prefix);
    MUST(before + sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL) <= room);
    memcpy(out, prefix, before);
    sodium_bin2base64(out + before, room - before, bytes, n, sodium_base64_VARIANT_ORIGINAL);
}

void hook_make_secret(unsigned char secret[HOOK_SECRET], char text[HOOK_SECRET_TEXT])
{
    randombytes_buf(secret, HOOK_SECRET);
    put_base64(text, HOOK_SECRET_TEXT, secret_prefix, secret, HOOK_SECRET);
}

static void add(crypto_auth_hmacsha256_state *h, str s)
{
    crypto_auth_hmacsha256_update(h, (const unsigned char *)s.p, s.n);
}

void hook_sign(const unsigned char *secret, size_t length, str id, int64_t time, str body,
               char out[HOOK_SIGNATURE_TEXT])
{
    crypto_auth_hmacsha256_state h;
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    struct buf digits;
    buf_init(&digits, 24);
    buf_printf(&digits, ".%lld.", (long long)time);
    crypto_auth_hmacsha256_init(&h, secret, length);
    add(&h, id), add(&h, buf_get(&digits)), add(&h, body);
    crypto_auth_hmacsha256_final(&h, mac);
    put_base64(out, HOOK_SIGNATURE_TEXT, signature_prefix, mac, sizeof mac);
    buf_release(&digits);
    sodium_memzero(&h, sizeof h);
}

int64_t hook_wait(int attempt, uint32_t chance)
{
    int64_t wait = 1;
    if (attempt >= HOOK_ATTEMPTS) return 0;
    for (int i = 1; i < attempt && wait < HOOK_WAIT_MOST; i++) wait *= 4;
    if (wait > HOOK_WAIT_MOST) wait = HOOK_WAIT_MOST;
    return wait + chance % (uint32_t)(wait / 4 + 1);
}
