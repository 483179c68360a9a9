/* SPDX-License-Identifier: Apache-2.0 */
/* Outgoing events: to whom they may go, how they are signed, and the thread that sends what waits in the outbox
 * (store_hook.h). docs/events.md tells it from outside. */
#ifndef HOOK_H
#define HOOK_H

#include "store_hook.h"

/* ---- Secrets and signatures, by the Standard Webhooks specification ---- */

enum { HOOK_SECRET_TEXT = 64, HOOK_SIGNATURE_TEXT = 64 };
/* 32 random bytes, and as people copy them: "whsec_" and base64. */
void hook_make_secret(unsigned char secret[HOOK_SECRET], char text[HOOK_SECRET_TEXT]);
/* The header webhook-signature: "v1," and the base64 of HMAC-SHA256 over "id.time.body". */
void hook_sign(const unsigned char *secret, size_t length, str id, int64_t time, str body,
               char out[HOOK_SIGNATURE_TEXT]);

/* ---- When again ---- */

enum { HOOK_ATTEMPTS = 13, HOOK_WAIT_MOST = 8 * 3600 };
/* Seconds until the next attempt after the n-th (from 1) failed: 1, 4, 16 … up to HOOK_WAIT_MOST, and up to a quarter
 * more by `chance`, any number. All of them together are a good day. 0: it was the last. */
int64_t hook_wait(int attempt, uint32_t chance);

/* ---- To whom ---- */

struct sockaddr;
/* NEVER: no receiver can be there: unspecified, link-local (where clouds keep their metadata), multicast, broadcast,
 * documentation, addresses that wrap another one. An IPv4 address inside IPv6 (mapped, NAT64) counts as itself. */
enum hook_reach { REACH_PUBLIC, REACH_PRIVATE, REACH_NEVER };
enum hook_reach hook_reach(const struct sockaddr *address);
/* Well formed, http or https, no credentials, no fragment; and not to_private: https, and its host is not the number of
 * a private machine. What a name stands for is looked at when it is connected to. ERR_USAGE. */
int hook_check_address(str address, bool to_private, struct err *err) MUST_USE;

/* ---- The sender ---- */

struct hook_options {
    const char *workspace;
    bool to_private;                               /* also http, and to machines of an inner network */
    void (*log)(void *host, str what, str detail); /* what went wrong inside; never an address, never a secret */
    void *host;
};
struct hook_sender;
/* A thread of its own, with its own connection, until hooks_stop: what is under way then is tried again at the next
 * start. */
int hooks_start(const struct hook_options *o, struct hook_sender **out, struct err *err) MUST_USE;
void hooks_stop(struct hook_sender *s); /* NULL: nothing */

#endif
