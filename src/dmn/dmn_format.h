/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical FEEL in all cells of a model: one blank around operators and behind commas, none inside brackets. Line
 * breaks and comments stay. Only the texts of expressions change, byte for byte the rest of the file is as it was. */
#ifndef DMN_FORMAT_H
#define DMN_FORMAT_H

#include "feel.h"

int dmn_format(struct arena *a, str model, str *out, struct err *err) MUST_USE;
/* One expression; `names`: those with operators in them, which must not be taken apart. */
str dmn_format_feel(struct arena *a, str source, const str *names, size_t name_count);

#endif
