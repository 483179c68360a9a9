/* SPDX-License-Identifier: Apache-2.0 */
/* A model on its way through dmn-js, which opens DMN 1.3 alone and drops what it does not know, and back.
 *
 * The editor gets a copy in the namespaces of 1.3 in which each element has a number and each rule its reason (the
 * annotation, which dmn-js does not show) as its description. What it writes when it has just opened that copy tells
 * what it knows; what it writes later, what people changed. Those changes alone are made in the text of the model: all
 * else stays as it is, byte for byte, also what the editor never saw. */
#ifndef DMN_EDITOR_H
#define DMN_EDITOR_H

#include "base_arena.h"
#include "base_err.h"

/* The copy for the editor. Fails where the text is no model of DMN 1.1 to 1.5 in UTF-8. */
int dmn_to_editor(struct arena *a, str model, str *copy, struct err *err) MUST_USE;
/* The model with the changes: `opened` and `saved` are what the editor wrote, right after opening and now. Fails where
 * one of them is not of a copy of this model, and where a change would cost something that the editor does not show:
 * the message names it. */
int dmn_from_editor(struct arena *a, str model, str opened, str saved, str *out, struct err *err) MUST_USE;

#endif
