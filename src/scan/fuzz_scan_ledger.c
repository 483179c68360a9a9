/* SPDX-License-Identifier: Apache-2.0 */
#include "scan.h"

/* A new scan loads the catalogue, which takes a hundred times as long as an input: one serves many inputs. */
enum { INPUTS = 300 };

static struct scan *fresh(void)
{
    static const unsigned char key[32] = {1};
    static const struct scan_known known[] = {{.fact = 1, .name = {"Slack", 5}}};
    struct scan_options options = {.person_key = key, .format = STR("ledger"), .known = known, .known_count = 1};
    struct scan *s;
    struct err err;
    MUST(scan_new(&options, &s, &err) == 0);
    return s;
}

static void finish(struct scan *s)
{
    scan_finish(s);
    uint64_t lines = 0;
    for (size_t i = 0; i < scan_result(s)->payment_count; i++) lines += scan_result(s)->payments[i].lines;
    MUST(lines == scan_result(s)->counted);
    scan_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scan *s;
    static int inputs;
    struct err err = {0};
    if (!s) s = fresh();
    if (scan_memory(s, STR("fuzz"), (str){(const char *)data, size}, &err) < 0) MUST(err.code != ERR_NONE);
    if (++inputs % INPUTS == 0) {
        finish(s);
        s = NULL;
    }
    return 0;
}
