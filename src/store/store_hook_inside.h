/* SPDX-License-Identifier: Apache-2.0 */
/* How the files of the store tell of what happens. All of it is done inside a writing transaction. */
#ifndef STORE_HOOK_INSIDE_H
#define STORE_HOOK_INSIDE_H

#include "store_hook.h"
#include "store_inside.h"
#include "store_ruling.h"

/* Is anybody told of anything? Cheap, so that who has many events asks first. */
int events_wanted(struct store *s, bool *wanted, struct err *err) MUST_USE;
bool hook_wants(str events, enum hook_event e);
int hook_pause(struct store *s, struct arena *a, uint64_t id, str why, str actor, int64_t now,
               struct err *err) MUST_USE;
int delivery_get(struct store *s, struct arena *a, uint64_t hook, uint64_t id, struct stored_delivery *out,
                 struct err *err) MUST_USE; /* ERR_ABSENT */
/* To these subscriptions; `data` is a JSON object, `subject` the address of a page or STR_NONE. */
int event_write(struct store *s, const uint64_t *hooks, size_t count, enum hook_event e, int64_t time, str subject,
                str data, struct err *err) MUST_USE;
/* To all that want it. */
int event_tell(struct store *s, enum hook_event e, int64_t time, str subject, str data, struct err *err) MUST_USE;
/* About a fact; `key` (may be NULL) and value are one more member. */
int event_tell_fact(struct store *s, enum hook_event e, int64_t time, const struct model_type *type, uint64_t fact,
                    const char *key, str value, struct err *err) MUST_USE;
/* Where the type is that of requests: it was made (before NULL), or its state changed. Values by field numbers. */
int event_tell_request(struct store *s, int64_t time, const struct model_type *type, uint64_t fact, const str *before,
                       const str *after, struct err *err) MUST_USE;
int event_tell_ruling(struct store *s, const struct stored_ruling *r, struct err *err) MUST_USE;
/* about: see struct finding_seen. */
int event_tell_finding(struct store *s, bool appeared, uint64_t finding, str about, int64_t time,
                       struct err *err) MUST_USE;

#endif
