/* SPDX-License-Identifier: Apache-2.0 */
/* Static methods of Java that are ours: by the names and signatures that Java has for them. */
#ifndef FEEL_JAVA_H
#define FEEL_JAVA_H

#include "feel.h"

enum java_kind {
    JAVA_DOUBLE,
    JAVA_FLOAT,
    JAVA_LONG,
    JAVA_INT,
    JAVA_SHORT,
    JAVA_BYTE,
    JAVA_CHAR,
    JAVA_BOOLEAN,
    JAVA_STRING,
    JAVA_OBJECT,
    JAVA_REST
};
enum { JAVA_PARAMETERS = 6 };
struct java_value {
    enum java_kind kind;
    double d;
    int64_t i;
    struct feel_value v;
};
struct java_method;
struct java_call {
    struct arena *a;
    const struct java_method *method;
    struct java_value arguments[JAVA_PARAMETERS];
    size_t count;
};
struct java_method {
    const char *class, *name,
        *kinds; /* one letter a parameter: d f l i s b c z S O *; several alternatives by blanks */
    struct feel_value (*call)(struct java_call *c);
    double (*of)(double);
};

const struct java_method *java_methods(size_t *count);
bool java_fits(enum java_kind kind, int64_t i); /* a whole number of Java's */

#endif
