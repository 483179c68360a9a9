/* SPDX-License-Identifier: Apache-2.0 */
/* Which machines an event may go to. A subscription's address is chosen by a person and its name answered by strangers'
 * name servers, so that the number that is connected to is what counts. */
#include "hook.h"

#include "hook_curl.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

struct range {
    unsigned char address[16];
    int bits;
    enum hook_reach reach;
};

/* IANA IPv4 Special-Purpose Address Registry. The first that fits counts; all else is public. */
static const struct range ranges_v4[] = {
    {{0}, 8, REACH_NEVER},                   /* this network; 0.0.0.0 is this machine */
    {{10}, 8, REACH_PRIVATE},                /* RFC 1918 */
    {{100, 100, 100, 200}, 32, REACH_NEVER}, /* a cloud's metadata */
    {{100, 64}, 10, REACH_PRIVATE},          /* behind a carrier's translation */
    {{127}, 8, REACH_PRIVATE},               /* this machine */
    {{168, 63, 129, 16}, 32, REACH_NEVER},   /* a cloud's metadata */
    {{169, 254}, 16, REACH_NEVER},           /* link-local, and clouds' metadata */
    {{172, 16}, 12, REACH_PRIVATE},          /* RFC 1918 */
    {{192, 0, 0}, 24, REACH_NEVER},          /* protocols, and a cloud's metadata */
    {{192, 0, 2}, 24, REACH_NEVER},          /* documentation */
    {{192, 88, 99}, 24, REACH_NEVER},        /* 6to4 relays */
    {{192, 168}, 16, REACH_PRIVATE},         /* RFC 1918 */
    {{198, 18}, 15, REACH_PRIVATE},          /* benchmarks */
    {{198, 51, 100}, 24, REACH_NEVER},       /* documentation */
    {{203, 0, 113}, 24, REACH_NEVER},        /* documentation */
    {{224}, 3, REACH_NEVER},                 /* multicast, reserved, broadcast */
};

/* IANA IPv6 Special-Purpose Address Registry; what is not in 2000::/3 and not here is reserved. */
static const struct range ranges_v6[] = {
    {{[15] = 1}, 128, REACH_PRIVATE},                                /* ::1 */
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 0x02, 0x54}, 128, REACH_NEVER}, /* a cloud's metadata */
    {{0xfc}, 7, REACH_PRIVATE},                                      /* unique local */
    {{0x20, 0x01}, 23, REACH_NEVER},                                 /* protocols, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, REACH_NEVER},                     /* documentation */
    {{0x20, 0x02}, 16, REACH_NEVER},                                 /* 6to4: wraps an IPv4 address */
    {{0x3f, 0xff}, 20, REACH_NEVER},                                 /* documentation */
    {{0x20}, 3, REACH_PUBLIC},
    {{0}, 0, REACH_NEVER},
};

static bool is_in(const unsigned char *address, const unsigned char *range, int bits)
{
    size_t whole = (size_t)bits / 8;
    unsigned char mask = (unsigned char)(0xff00 >> bits % 8);
    return !memcmp(address, range, whole) && (!(bits % 8) || !((address[whole] ^ range[whole]) & mask));
}

static enum hook_reach look_up(const unsigned char *address, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_in(address, ranges[i].address, ranges[i].bits)) return ranges[i].reach;
    return REACH_PUBLIC;
}

static enum hook_reach reach_v6(const unsigned char *address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, 0xff}, nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (!memcmp(address, mapped, sizeof mapped) || !memcmp(address, nat64, sizeof nat64))
        return look_up(address + 12, ranges_v4, ARRAY_COUNT(ranges_v4));
    return look_up(address, ranges_v6, ARRAY_COUNT(ranges_v6));
}

enum hook_reach hook_reach(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        return look_up((const unsigned char *)&v4->sin_addr, ranges_v4, ARRAY_COUNT(ranges_v4));
    }
    if (address->sa_family != AF_INET6) return REACH_NEVER;
    return reach_v6(((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
}

/* ---- As it is written ---- */

/* A host that is a number, as curl reads it: 2130706433 and 0x7f.1 are 127.0.0.1 by then. */
static bool host_number(const char *host, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
    struct buf bare;
    bool found = true;
    size_t n = strlen(host);
    memset(out, 0, sizeof *out);
    buf_init(&bare, HOOK_ADDRESS_BYTES);
    buf_put(&bare, host[0] == '[' ? host + 1 : host, host[0] == '[' && n >= 2 ? n - 2 : n);
    if (inet_pton(AF_INET, bare.p, &v4->sin_addr) == 1)
        v4->sin_family = AF_INET;
    else if (inet_pton(AF_INET6, bare.p, &v6->sin6_addr) == 1)
        v6->sin6_family = AF_INET6;
    else
        found = false;
    buf_release(&bare);
    return found;
}

static int check_host(const char *host, bool to_private, struct err *err)
{
    struct sockaddr_storage number;
    enum hook_reach reach = host_number(host, &number) ? hook_reach((const struct sockaddr *)&number) : REACH_PUBLIC;
    size_t n = strlen(host);
    while (n && host[n - 1] == '.') n--;
    if (str_eq_nocase((str){host, n}, STR("localhost"))) reach = REACH_PRIVATE;
    if (reach == REACH_NEVER) return err_set(err, ERR_USAGE, "no receiver can be at %s", host);
    if (reach == REACH_PRIVATE && !to_private)
        return err_set(err, ERR_USAGE,
                       "%s is in an inner network; the server sends there only when it is started with"
                       " --hooks-to-private",
                       host);
    return 0;
}

static int check_parts(const char *scheme, const char *host, const char *user, const char *fragment, bool to_private,
                       struct err *err)
{
    bool https = scheme && !strcmp(scheme, "https");
    if (!https && (!scheme || strcmp(scheme, "http") != 0))
        return err_set(err, ERR_USAGE, "an address to send to begins with https://");
    if (!https && !to_private)
        return err_set(err, ERR_USAGE,
                       "an address to send to begins with https://; the server sends by http only when"
                       " it is started with --hooks-to-private");
    if (user) return err_set(err, ERR_USAGE, "no name and password in an address to send to");
    if (fragment) return err_set(err, ERR_USAGE, "an address to send to has no part behind a #");
    return check_host(host ? host : "", to_private, err);
}

int hook_check_address(str address, bool to_private, struct err *err)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_USER, CURLUPART_FRAGMENT};
    char *texts[ARRAY_COUNT(parts)] = {0};
    struct curl curl;
    struct arena a;
    if (address.n > HOOK_ADDRESS_BYTES)
        return err_set(err, ERR_USAGE, "an address to send to has at most %d letters", HOOK_ADDRESS_BYTES);
    for (size_t i = 0; i < address.n; i++)
        if ((unsigned char)address.p[i] <= ' ' || (unsigned char)address.p[i] >= 0x7f)
            return err_set(err, ERR_USAGE, "an address to send to has no blanks, and other signs than ASCII as %%XX");
    if (curl_load(&curl, err)) return -1;
    arena_init(&a, 0);
    CURLU *url = curl.url();
    MUST(url);
    int rc = curl.url_set(url, CURLUPART_URL, arena_copy(&a, address).p, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK
                 ? 0
                 : err_set(err, ERR_USAGE, "that is no address to send to, as https://hooks.example.com/entente");
    for (size_t i = 0; !rc && i < ARRAY_COUNT(parts); i++)
        if (curl.url_get(url, parts[i], &texts[i], 0) != CURLUE_OK) texts[i] = NULL;
    if (!rc) rc = check_parts(texts[0], texts[1], texts[2], texts[3], to_private, err);
    for (size_t i = 0; i < ARRAY_COUNT(parts); i++) (curl.free)(texts[i]);
    curl.url_cleanup(url);
    arena_release(&a);
    return rc;
}
