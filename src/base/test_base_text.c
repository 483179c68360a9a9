/* SPDX-License-Identifier: Apache-2.0 */
#include "base_utf8.h"
#include "test.h"

static void counts(struct test_tally *t) { CHECK(utf8_count(STR("Z\xc3\xbcrich")) == 6); }

TEST_MAIN(counts)
