/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of this folder share: a scan with a known key, the sample files, looking a subject up. */
#ifndef TEST_SCAN_KIT_H
#define TEST_SCAN_KIT_H

#include "scan.h"

#include "test.h"

static const unsigned char kit_key[32] = "a key for tests, 32 bytes long.";

static inline struct scan *kit_new(struct scan_options options)
{
    struct scan *s;
    struct err err;
    options.person_key = kit_key;
    if (scan_new(&options, &s, &err) < 0) {
        printf("scan_new: %s:%u: %s: %s\n", err.file, err.line, err.field, err.message);
        NOT_REACHED();
    }
    return s;
}

#define KIT_DATA(name) SOURCE_ROOT "/tests/data/scan/" name

static inline const struct scan_subject *kit_subject(const struct scan_result *r, str name, bool embedded)
{
    for (size_t i = 0; i < r->subject_count; i++)
        if (str_eq(r->subjects[i].name, name) && r->subjects[i].embedded == embedded) return &r->subjects[i];
    return NULL;
}

static inline bool kit_has(const char *message, const char *part)
{
    bool found = str_find(str_of(message), str_of(part)) != STR_NOT_FOUND;
    if (!found) printf("message is: %s\n", message);
    return found;
}

#endif
