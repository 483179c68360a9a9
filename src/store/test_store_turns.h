/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the two keys share: people of both sides, and turns of their keys. */
#ifndef TEST_STORE_TURNS_H
#define TEST_STORE_TURNS_H

#include "store_keys.h"
#include "test_store.h"

enum { ANNA = 1, BEN, CARL, DORA, EVA, FINN, USERS = FINN };

static inline void add_users(struct fixture *x)
{
    static const struct stored_user users[USERS] = {
        {.name = STR_INIT("anna"), .shown = STR_INIT("Anna"), .side = STR_INIT("marketing"), .role = ROLE_SIGNATORY},
        {.name = STR_INIT("ben"), .shown = STR_INIT("Ben"), .side = STR_INIT("it"), .role = ROLE_SIGNATORY},
        {.name = STR_INIT("carl"), .shown = STR_INIT("Carl"), .side = STR_INIT("it"), .role = ROLE_STEWARD},
        {.name = STR_INIT("dora"), .shown = STR_INIT("Dora"), .side = STR_INIT("marketing"), .role = ROLE_CONTRIBUTOR},
        {.name = STR_INIT("eva"), .shown = STR_INIT("Eva"), .side = STR_INIT("it"), .role = ROLE_VIEWER},
        {.name = STR_INIT("finn"), .shown = STR_INIT("Finn"), .side = STR_INIT("data"), .role = ROLE_SIGNATORY},
    };
    struct test_tally *t = x->t;
    for (size_t i = 0; i < USERS; i++) {
        struct stored_user u = users[i];
        u.password_hash = STR("none");
        GOOD(x, store_add_user(x->s, &u, STR("test"), 1000, &x->err));
    }
}

static inline void begin(struct fixture *x, struct test_tally *t)
{
    fixture_init(x, t);
    add_users(x);
}

static inline struct stored_keys keys_of(struct fixture *x, uint64_t fact)
{
    struct test_tally *t = x->t;
    struct stored_keys k = {0};
    GOOD(x, store_load_keys(x->s, &x->a, fact, &k, &x->err));
    return k;
}

static inline int turn(struct fixture *x, uint64_t fact, enum key_act act, uint64_t user, const char *reason)
{
    struct stored_keys k = keys_of(x, fact);
    struct commit_result r;
    struct key_turn key = {.act = act, .fact = fact, .user = user, .hash = k.hash, .reason = str_of(reason)};
    return store_turn_key(x->s, &x->a, &key, 5000, &r, &x->err);
}

/* What the fact looks like to all doors. */
static inline str text_of(struct fixture *x, uint64_t fact)
{
    str all = dump(x, x->s, true, 0, NULL), line;
    while (str_cut(&all, '\n', &line)) {
        str id;
        int64_t n;
        str rest = line;
        if (str_cut(&rest, ' ', &id) && str_to_int(id, &n) && (uint64_t)n == fact) return line;
    }
    return STR_NONE;
}

static inline void agree(struct fixture *x, uint64_t o)
{
    struct test_tally *t = x->t;
    GOOD(x, turn(x, o, KEY_PROPOSE, DORA, NULL));
    GOOD(x, turn(x, o, KEY_SIGN, ANNA, NULL));
    GOOD(x, turn(x, o, KEY_SIGN, BEN, NULL));
    CHECK(keys_of(x, o).agreed);
}

static inline int change(struct fixture *x, uint64_t fact, const char *field, const char *value, struct origin from,
                         struct commit_result *r)
{
    struct change_set *c = set_of(x);
    change_value(c, fact, field_of(x->objective, field), str_of(value), from);
    return store_commit(x->s, c, 4000, r, &x->err);
}

static inline void type_in(struct fixture *x, uint64_t fact, const char *field, const char *value)
{
    struct test_tally *t = x->t;
    struct commit_result r;
    GOOD(x, change(x, fact, field, value, typed, &r));
    CHECK(r.number);
}

static inline uint64_t objective(struct fixture *x)
{
    struct test_tally *t = x->t;
    struct commit_result r;
    struct change_set *c = set_of(x);
    uint64_t o = change_create(c, x->objective);
    set(c, o, x->objective, "name", "Reach");
    set(c, o, x->objective, "outcome", "More people");
    set(c, o, x->objective, "target", "40");
    GOOD(x, store_commit(x->s, c, 1000, &r, &x->err));
    return r.made[0];
}

static inline uint64_t agreed_objective(struct fixture *x)
{
    uint64_t o = objective(x);
    agree(x, o);
    return o;
}

static inline void end(struct fixture *x)
{
    struct test_tally *t = x->t;
    uint64_t entries;
    unsigned char head[32];
    GOOD(x, store_verify(x->s, &entries, head, &x->err));
    fixture_release(x);
}

#endif
