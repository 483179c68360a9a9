/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures against known ones, waiting, and to whom nothing is ever sent. */
#include "hook.h"

#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <string.h>

static void signatures(struct test_tally *t)
{
    /* The example of the specification's own libraries. */
    static const char secret[] = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    unsigned char key[64];
    size_t n;
    char got[HOOK_SIGNATURE_TEXT];
    CHECK(!sodium_base642bin(key, sizeof key, secret, strlen(secret), NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL));
    hook_sign(key, n, STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330, STR("{\"test\": 2432232314}"), got);
    CHECK_STR(str_of(got), STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    /* And by another way. */
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char want[HOOK_SIGNATURE_TEXT] = "v1,";
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, key, n);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)"a.0.", 4);
    crypto_auth_hmacsha256_final(&h, mac);
    sodium_bin2base64(want + 3, sizeof want - 3, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    hook_sign(key, n, STR("a"), 0, STR(""), got);
    CHECK_STR(str_of(got), str_of(want));
}

static void secrets(struct test_tally *t)
{
    unsigned char one[HOOK_SECRET], two[HOOK_SECRET], back[HOOK_SECRET];
    char text[HOOK_SECRET_TEXT];
    size_t n;
    hook_make_secret(two, text);
    hook_make_secret(one, text);
    CHECK(memcmp(one, two, sizeof one) != 0);
    CHECK(str_starts(str_of(text), STR("whsec_")));
    CHECK(!sodium_base642bin(back, sizeof back, text + 6, strlen(text) - 6, NULL, &n, NULL,
                             sodium_base64_VARIANT_ORIGINAL) &&
          n == HOOK_SECRET && !memcmp(back, one, n));
}

static void waiting(struct test_tally *t)
{
    int64_t least = 0, most = 0;
    static const int64_t first[] = {1, 4, 16, 64, 256, 1024, 4096, 16384, 28800};
    for (size_t i = 0; i < ARRAY_COUNT(first); i++) CHECK(hook_wait((int)i + 1, 0) == first[i]);
    for (int i = 1; i < HOOK_ATTEMPTS; i++) {
        int64_t longest = 0;
        least += hook_wait(i, 0);
        for (uint32_t chance = 0; chance < 10000; chance++) {
            int64_t wait = hook_wait(i, chance);
            if (wait > longest) longest = wait;
            if (wait < hook_wait(i, 0) || wait > hook_wait(i, 0) * 5 / 4) CHECK(!"within a quarter");
        }
        CHECK(i < 3 || longest > hook_wait(i, 0));
        most += hook_wait(i, 0) * 5 / 4;
    }
    CHECK(least > 22 * 3600 && most < DELIVERY_PATIENCE);
    CHECK(hook_wait(HOOK_ATTEMPTS, 7) == 0 && hook_wait(HOOK_ATTEMPTS + 1, 0) == 0);
}

static enum hook_reach reach_of(const char *number)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, number, &v4.sin_addr) == 1) return hook_reach((const struct sockaddr *)&v4);
    MUST(inet_pton(AF_INET6, number, &v6.sin6_addr) == 1);
    return hook_reach((const struct sockaddr *)&v6);
}

static void numbers(struct test_tally *t)
{
    static const struct {
        const char *number;
        enum hook_reach reach;
    } all[] = {
        {"8.8.8.8", REACH_PUBLIC},
        {"1.1.1.1", REACH_PUBLIC},
        {"9.255.255.255", REACH_PUBLIC},
        {"11.0.0.0", REACH_PUBLIC},
        {"126.255.255.255", REACH_PUBLIC},
        {"128.0.0.1", REACH_PUBLIC},
        {"172.15.255.255", REACH_PUBLIC},
        {"172.32.0.0", REACH_PUBLIC},
        {"192.167.255.255", REACH_PUBLIC},
        {"192.169.0.0", REACH_PUBLIC},
        {"223.255.255.255", REACH_PUBLIC},
        {"100.63.255.255", REACH_PUBLIC},
        {"100.128.0.0", REACH_PUBLIC},
        {"10.0.0.0", REACH_PRIVATE},
        {"10.255.255.255", REACH_PRIVATE},
        {"127.0.0.1", REACH_PRIVATE},
        {"127.255.255.254", REACH_PRIVATE},
        {"172.16.0.1", REACH_PRIVATE},
        {"172.31.255.255", REACH_PRIVATE},
        {"192.168.0.1", REACH_PRIVATE},
        {"100.64.0.1", REACH_PRIVATE},
        {"198.19.255.255", REACH_PRIVATE},
        {"0.0.0.0", REACH_NEVER},
        {"0.1.2.3", REACH_NEVER},
        {"169.254.169.254", REACH_NEVER},
        {"169.254.0.1", REACH_NEVER},
        {"100.100.100.200", REACH_NEVER},
        {"168.63.129.16", REACH_NEVER},
        {"192.0.0.192", REACH_NEVER},
        {"192.0.2.1", REACH_NEVER},
        {"198.51.100.7", REACH_NEVER},
        {"203.0.113.7", REACH_NEVER},
        {"224.0.0.1", REACH_NEVER},
        {"239.255.255.250", REACH_NEVER},
        {"240.0.0.1", REACH_NEVER},
        {"255.255.255.255", REACH_NEVER},
        {"2606:4700:4700::1111", REACH_PUBLIC},
        {"2a00:1450::1", REACH_PUBLIC},
        {"3ffe:ffff::1", REACH_PUBLIC},
        {"::1", REACH_PRIVATE},
        {"fc00::1", REACH_PRIVATE},
        {"fd12:3456::1", REACH_PRIVATE},
        {"::", REACH_NEVER},
        {"::2", REACH_NEVER},
        {"::127.0.0.1", REACH_NEVER},
        {"fe80::1", REACH_NEVER},
        {"febf::1", REACH_NEVER},
        {"fec0::1", REACH_NEVER},
        {"ff02::1", REACH_NEVER},
        {"fd00:ec2::254", REACH_NEVER},
        {"2001::1", REACH_NEVER},
        {"2001:db8::1", REACH_NEVER},
        {"2002:7f00:1::1", REACH_NEVER},
        {"3fff::1", REACH_NEVER},
        {"4000::1", REACH_NEVER},
        {"100::1", REACH_NEVER},
        {"::ffff:8.8.8.8", REACH_PUBLIC},
        {"::ffff:127.0.0.1", REACH_PRIVATE},
        {"::ffff:10.1.2.3", REACH_PRIVATE},
        {"::ffff:169.254.169.254", REACH_NEVER},
        {"::ffff:0.0.0.0", REACH_NEVER},
        {"64:ff9b::8.8.8.8", REACH_PUBLIC},
        {"64:ff9b::192.168.0.1", REACH_PRIVATE},
        {"64:ff9b::169.254.169.254", REACH_NEVER},
        {"64:ff9b:1::8.8.8.8", REACH_NEVER},
    };
    for (size_t i = 0; i < ARRAY_COUNT(all); i++)
        if (!CHECK(reach_of(all[i].number) == all[i].reach)) printf("    %s\n", all[i].number);
    struct sockaddr other = {.sa_family = AF_UNIX};
    CHECK(hook_reach(&other) == REACH_NEVER);
}

static void addresses(struct test_tally *t)
{
    static const struct {
        const char *address, *says, *private_says; /* NULL: taken */
    } all[] = {
        {"https://hooks.example.com", NULL, NULL},
        {"https://hooks.example.com:8443/a/b?c=d", NULL, NULL},
        {"HTTPS://hooks.example.com/x", NULL, NULL},
        {"https://8.8.8.8/x", NULL, NULL},
        {"https://[2606:4700::1]/x", NULL, NULL},
        {"http://hooks.example.com/x", "by http only when", NULL},
        {"https://127.0.0.1/x", "inner network", NULL},
        {"https://2130706433/x", "127.0.0.1 is in an inner network", NULL},
        {"https://0x7f000001/x", "127.0.0.1 is in an inner network", NULL},
        {"https://0177.0.0.1/x", "127.0.0.1 is in an inner network", NULL},
        {"https://127.1/x", "127.0.0.1 is in an inner network", NULL},
        {"https://localhost/x", "inner network", NULL},
        {"https://LOCALHOST./x", "inner network", NULL},
        {"https://[::1]/x", "inner network", NULL},
        {"https://[::ffff:127.0.0.1]/x", "inner network", NULL},
        {"https://[::ffff:7f00:1]/x", "inner network", NULL},
        {"https://10.0.0.7:9000/", "inner network", NULL},
        {"https://169.254.169.254/latest", "no receiver can be at", "no receiver can be at"},
        {"https://0.0.0.0/", "no receiver can be at", "no receiver can be at"},
        {"https://0/", "no receiver can be at", "no receiver can be at"},
        {"https://[::]/", "no receiver can be at", "no receiver can be at"},
        {"https://[fe80::1]/", "no receiver can be at", "no receiver can be at"},
        {"https://u:p@hooks.example.com/", "no name and password", "no name and password"},
        {"https://u@hooks.example.com/", "no name and password", "no name and password"},
        {"https://hooks.example.com/#a", "behind a #", "behind a #"},
        {"ftp://hooks.example.com/", "begins with https://", "begins with https://"},
        {"file:///etc/passwd", "begins with https://", "begins with https://"},
        {"gopher://127.0.0.1:25/", "begins with https://", "begins with https://"},
        {"hooks.example.com/x", "that is no address", "that is no address"},
        {"https://", "that is no address", "that is no address"},
        {"", "that is no address", "that is no address"},
        {"https://a b.example.com/", "no blanks", "no blanks"},
        {"https://hooks.example.com/\r\nX: y", "no blanks", "no blanks"},
        {"https://h\xC3\xB6oks.example.com/", "ASCII", "ASCII"},
        {"https://hooks.example.com:99999/", "that is no address", "that is no address"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(all); i++)
        for (int private = 0; private < 2; private ++) {
            struct err err = {0};
            const char *says = private ? all[i].private_says : all[i].says;
            int rc = hook_check_address(str_of(all[i].address), private, &err);
            bool good = says ? rc && err.code == ERR_USAGE && strstr(err.message, says) : !rc;
            if (!CHECK(good)) printf("    %s: %s\n", all[i].address, err.message);
        }
}

static void origins(struct test_tally *t)
{
    CHECK_STR(hook_origin(STR("https://hooks.example.com/services/T0/B1/secret?x=y")),
              STR("https://hooks.example.com"));
    CHECK_STR(hook_origin(STR("https://hooks.example.com:8443?key=secret")), STR("https://hooks.example.com:8443"));
    CHECK_STR(hook_origin(STR("https://u:secret@hooks.example.com/")), STR("https://"));
    CHECK_STR(hook_origin(STR("secret")), STR(""));
}

TEST_MAIN(signatures, secrets, waiting, numbers, addresses, origins)
