/* SPDX-License-Identifier: Apache-2.0 */
/* A test program in a page: CHECK counts, TEST_MAIN runs the functions and ends with "N passed, N failed". */
#ifndef BASE_TEST_H
#define BASE_TEST_H

#include "base_str.h"

#include <stdio.h>

struct test_tally {
    int passed, failed;
};
#define CHECK(condition)     test_count(t, (condition), __FILE__, __LINE__, #condition)
#define CHECK_STR(got, want) test_count_str(t, (got), (want), __FILE__, __LINE__)

static inline bool test_count(struct test_tally *t, bool good, const char *file, int line, const char *what)
{
    if (good) return t->passed++, true;
    t->failed++;
    printf("%s:%d: not so: %s\n", file, line, what);
    return false;
}
static inline bool test_count_str(struct test_tally *t, str got, str want, const char *file, int line)
{
    if (str_eq(got, want)) return t->passed++, true;
    t->failed++;
    printf("%s:%d: got  " STR_FORMAT "\n%*swant " STR_FORMAT "\n", file, line, STR_ARGS(got), 4, "", STR_ARGS(want));
    return false;
}
typedef void test_function(struct test_tally *t);
static inline int test_run(test_function *const *tests, size_t count)
{
    struct test_tally t = {0, 0};
    for (size_t i = 0; i < count; i++) tests[i](&t);
    printf("%d passed, %d failed\n", t.passed, t.failed);
    return t.failed || !t.passed;
}
#define TEST_MAIN(...)                                                                                                 \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        test_function *const tests[] = {__VA_ARGS__};                                                                  \
        return test_run(tests, ARRAY_COUNT(tests));                                                                    \
    }

#endif
