/* SPDX-License-Identifier: Apache-2.0 */
/* Numeric expressions over many rows at once, column by column, in binary floating point: for simulations and batches
 * that ask for speed in place of exact decimals.
 *
 * Numbers are doubles, null is NaN, true is 1 and false 0. Results are those of feel_eval within the rounding of binary
 * numbers; what is beyond a double's range is infinite. */
#ifndef FEEL_COLUMNS_H
#define FEEL_COLUMNS_H

#include "feel.h"

struct feel_columns;
/* All variables of the scope are numbers or booleans. What columns can't do (+ - * / **, comparisons, between, in with
 * numbers and ranges, if, and, or, not, min, max, sum, mean, abs, floor, ceiling, round …, decimal, modulo, sqrt, exp,
 * log are what they can) is ERR_SYNTAX with its name and span. */
int feel_compile_columns(struct arena *a, const struct feel_scope *scope, str source, const struct feel_columns **out,
                         struct err *err) MUST_USE;
/* `columns`: one for each variable, of `rows` numbers; so is `out`, which may be one of them. What it needs meanwhile
 * is taken from `scratch` and given back. */
void feel_eval_columns(const struct feel_columns *c, struct arena *scratch, const double *const *columns, size_t rows,
                       double *out);

#endif
