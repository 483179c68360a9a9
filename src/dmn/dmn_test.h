/* SPDX-License-Identifier: Apache-2.0 */
/* Runs test cases in the form of the DMN conformance suite (namespace http://www.omg.org/spec/DMN/20160719/testcase):
 * all files `*-test-*.xml` of a folder and those below it, each with the model beside it. */
#ifndef DMN_TEST_H
#define DMN_TEST_H

#include "dmn.h"

struct dmn_test_case {
    str folder, file, id; /* the folder's path below the first one */
    bool passed;
    str why; /* where it failed: the result's name, what was expected and what came */
};
struct dmn_test_run {
    struct dmn_test_case *cases;
    size_t count, passed;
};
/* Fails where the folder can't be read or has no cases. The clock of all evaluations is `now`. */
int dmn_test_folder(struct arena *a, const char *folder, int64_t now, struct dmn_test_run *out,
                    struct err *err) MUST_USE;

#endif
