/* SPDX-License-Identifier: Apache-2.0 */
/* Outgoing events: who is told of what, and the outbox of what is still to be sent.
 *
 * An event is written for each subscription that wants it, in the same transaction as what happened, and never changed
 * after that; a sender takes it from there (src/hook). It names things by number and address and holds what every
 * viewer may see: no names, no prices, no words of people. Who needs more asks the API. Waiting and sending go by the
 * real clock, whatever day a commit was told that it is.
 *
 * The body is a CloudEvent 1.0 as JSON: specversion, id, source (the workspace: urn:entente: and half of its first
 * commit's hash), type, time, subject (the address of the thing's page), datacontenttype, data. */
#ifndef STORE_HOOK_H
#define STORE_HOOK_H

#include "store.h"

/* Constant, its word, when it happens, what `data` has. Told of, never renamed. */
#define HOOK_EVENTS(X)                                                                                                 \
    X(EVENT_RULING_KEPT, "ruling.kept", "a ruling was kept", "ruling, rulebook, version, zone, extent, request")       \
    X(EVENT_RULING_OVERRULED, "ruling.overruled", "people have set a ruling aside by another one",                     \
      "the same of the new one, overrules")                                                                            \
    X(EVENT_REQUEST_MADE, "request.made", "a request was made", "type, fact, api, state")                              \
    X(EVENT_REQUEST_CHANGED, "request.changed", "a request's state changed", "type, fact, api, state")                 \
    X(EVENT_TEXT_PROPOSED, "text.proposed", "a text was proposed and waits for both keys", "type, fact, api")          \
    X(EVENT_TEXT_SIGNED, "text.signed", "one side has signed a text", "type, fact, api, side")                         \
    X(EVENT_TEXT_REFUSED, "text.refused", "one side has refused a text", "type, fact, api, side")                      \
    X(EVENT_TEXT_WITHDRAWN, "text.withdrawn", "a proposed text waits no more: it was withdrawn or changed",            \
      "type, fact, api")                                                                                               \
    X(EVENT_TEXT_AGREED, "text.agreed", "both sides have signed, and the text is in force", "type, fact, api")         \
    X(EVENT_FINDING_APPEARED, "finding.appeared", "a finding is new", "finding, check, type, fact")                    \
    X(EVENT_FINDING_GONE, "finding.gone", "a finding is no longer there", "finding, check, type, fact")                \
    X(EVENT_TEST, "test", "somebody tries whether it arrives", "nothing")
enum hook_event {
#define X(event, word, when, data) event,
    HOOK_EVENTS(X)
#undef X
        EVENT_COUNT
};
struct hook_event_info {
    str word;
    const char *when, *data;
};
struct hook_event_info hook_event_info(enum hook_event e);

/* ---- Subscriptions ---- */

enum { HOOK_SECRET = 32, HOOKS_MOST = 100, HOOK_ADDRESS_BYTES = 2000, HOOK_NAME_BYTES = 100 };
struct stored_hook {
    uint64_t id;
    str name;    /* unique, whatever its case */
    str address; /* where to: may itself be a secret, so it is for stewards, and the journal has its host only */
    str events;  /* words of HOOK_EVENTS with blanks between; empty: all. A test comes in any case */
    int64_t created;
    str paused; /* why nothing is sent; STR_NONE: it is on */
    /* Of what is in the outbox: */
    uint64_t waiting, given_up;
    int64_t delivered; /* when something last arrived; 0: never */
};
/* "https://hooks.example.com:8443" of an address, without path, query and whoever stands before an @. */
str hook_origin(str address);
/* The secret is kept as it is, since signing needs it. ERR_USAGE: no name, no address, a word that is no event;
 * ERR_CONFLICT: the name is taken; ERR_LIMIT: there are HOOKS_MOST. Whether the address may be sent to is the caller's
 * to ask (hook_check_address). */
int store_add_hook(struct store *s, const struct stored_hook *hook, const unsigned char secret[HOOK_SECRET], str actor,
                   int64_t now, uint64_t *id, struct err *err) MUST_USE;
/* By name. */
int store_load_hooks(struct store *s, struct arena *a, const struct stored_hook **out, size_t *count,
                     struct err *err) MUST_USE;
int store_load_hook(struct store *s, struct arena *a, uint64_t id, struct stored_hook *out,
                    struct err *err) MUST_USE; /* ERR_ABSENT */
/* With a reason it is paused: nothing new is written for it, and what waits stays. STR_NONE: it goes on. What is so
 * already is no change. */
int store_pause_hook(struct store *s, uint64_t id, str why, str actor, int64_t now, struct err *err) MUST_USE;
/* Its secret and all of its deliveries go. */
int store_remove_hook(struct store *s, uint64_t id, str actor, int64_t now, struct err *err) MUST_USE;
/* Writes a test event for this one. ERR_CONFLICT: it is paused. */
int store_test_hook(struct store *s, uint64_t id, str actor, int64_t now, struct err *err) MUST_USE;

/* ---- The outbox ---- */

enum delivery_state { DELIVERY_WAITING, DELIVERY_DONE, DELIVERY_GIVEN_UP }; /* as stored */
struct stored_delivery {
    uint64_t id, hook;
    str event, type, body; /* event: its id, the same in each attempt and for each subscription */
    int64_t time;          /* when it happened */
    enum delivery_state state;
    int attempts;
    int64_t due, tried; /* the next attempt; the last one, 0 when there was none */
    int status;         /* of the last answer; 0: there was none */
    str says;           /* the answer's first line, or why there was none */
};
struct hook_target { /* a subscription that is on, as a sender needs it */
    uint64_t id;
    str address;
    unsigned char secret[HOOK_SECRET];
};
int store_load_targets(struct store *s, struct arena *a, const struct hook_target **out, size_t *count,
                       struct err *err) MUST_USE;
/* Takes what is due, the longest due first: an attempt is counted, and nobody else takes it before `until`, by when the
 * sender has said how it went or is thought to be dead. */
int store_take_deliveries(struct store *s, struct arena *a, uint64_t hook, size_t limit, int64_t now, int64_t until,
                          const struct stored_delivery **out, size_t *count, struct err *err) MUST_USE;
/* When the next is due; INT64_MAX: nothing waits. */
int store_next_delivery(struct store *s, int64_t *due, struct err *err) MUST_USE;
struct delivery_outcome {
    uint64_t delivery;
    enum delivery_state state;
    int64_t due; /* WAITING: when to try again */
    int status;
    str says;
};
int store_end_deliveries(struct store *s, const struct delivery_outcome *outcomes, size_t count,
                         struct err *err) MUST_USE;
/* The newest first. */
int store_load_deliveries(struct store *s, struct arena *a, uint64_t hook, size_t limit,
                          const struct stored_delivery **out, size_t *count, struct err *err) MUST_USE;
/* It waits again, as if it had never been tried. ERR_ABSENT: this subscription has no such delivery any more;
 * ERR_CONFLICT: it waits already, or the subscription is paused. */
int store_send_again(struct store *s, uint64_t hook, uint64_t delivery, str actor, int64_t now,
                     struct err *err) MUST_USE;
/* What waits for longer than DELIVERY_PATIENCE is given up; what is over goes after DELIVERY_KEPT, and of each
 * subscription all but the newest DELIVERIES_KEPT; one for which more than DELIVERIES_WAITING wait is paused. */
enum {
    DELIVERY_PATIENCE = 2 * 86400,
    DELIVERY_KEPT = 30 * 86400,
    DELIVERIES_KEPT = 10000,
    DELIVERIES_WAITING = 100000
};
int store_tidy_deliveries(struct store *s, int64_t now, struct err *err) MUST_USE;

#endif
