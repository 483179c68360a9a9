/* SPDX-License-Identifier: Apache-2.0 */
#include "base_file.h"
#include "test.h"

static void names(struct test_tally *t) { CHECK_STR(str_of(encoding_name(ENCODING_UTF8)), STR("UTF-8")); }

TEST_MAIN(names)
