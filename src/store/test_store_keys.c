/* SPDX-License-Identifier: Apache-2.0 */
/* Two keys: what is agreed stays until both sides sign something else, and who may do what. */
#include "test_store_turns.h"

/* ---- The way ---- */

static void way_to_agreement(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t o = objective(&x);
    struct stored_keys k = keys_of(&x, o);
    CHECK(!k.agreed && k.pending == PENDING_DRAFT && !k.version && !k.given_count && !k.proposed);
    CHECK_STR(k.text,
              STR("entente text 1\ntype 5\nfact 1\nfield 1 5\nReach\nfield 3 2\n40\nfield 9 11\nMore people\n"));
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, "for the board"));
    k = keys_of(&x, o);
    CHECK(k.pending == PENDING_PROPOSED && k.proposer == DORA && k.proposed_time == 5000);
    CHECK_STR(k.proposer_shown, STR("Dora"));
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    k = keys_of(&x, o);
    CHECK(k.given_count == 1 && k.given[0].user == BEN && k.given[0].time == 5000 && !k.agreed);
    CHECK_STR(k.given[0].side, STR("it"));
    CHECK(!memcmp(k.given[0].hash, k.hash, KEY_HASH_SIZE));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    k = keys_of(&x, o);
    CHECK(k.agreed && k.pending == PENDING_NONE && k.agreed_by_count == 2 && k.agreed_by[0].user == BEN &&
          k.agreed_by[1].user == ANNA && k.agreed_time == 5000);
    CHECK_STR(text_of(&x, o), STR("1 objective v1 name=Reach outcome=More people target=40"));
    const struct journal_line *lines;
    const struct journal_change *changes;
    const struct stored_signature *signatures;
    size_t count;
    GOOD(&x, store_load_journal(x.s, &x.a, 0, 3, &lines, &count, &x.err));
    CHECK_STR(lines[0].reason, STR("objective \"Reach\" signed for Marketing"));
    CHECK_STR(lines[0].actor, STR("anna"));
    CHECK_STR(lines[2].reason, STR("objective \"Reach\" proposed: for the board"));
    GOOD(&x, store_load_history(x.s, &x.a, o, &changes, &count, &x.err));
    CHECK_STR(changes[0].after, STR("agreed"));
    CHECK_STR(changes[1].after, STR("signed"));
    CHECK_STR(changes[3].after, STR("proposed"));
    CHECK(!changes[0].field && changes[0].number == lines[0].number);
    GOOD(&x, store_load_signatures(x.s, &x.a, o, &signatures, &count, &x.err));
    CHECK(count == 2 && signatures[0].user == ANNA);
    end(&x);
}

/* Links stand in the order of ids, whatever order they were given in; what isn't signed isn't in it. */
static void text_of_links(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = objective(&x), v = make(&x, x.vendor, "Acme"), k1 = make(&x, x.capability, "Mail"),
             k2 = make(&x, x.capability, "Web");
    struct change_set *c = set_of(&x);
    change_links(c, o, field_of(x.objective, "needs"), (uint64_t[]){k2, k1}, 2, typed);
    change_links(c, o, field_of(x.objective, "partner"), &v, 1, typed);
    change_links(c, o, field_of(x.objective, "watched by"), &v, 1, typed);
    set(c, o, x.objective, "reading", "12");
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    str text = STR("entente text 1\ntype 5\nfact 1\nfield 1 5\nReach\nfield 3 2\n40\nfield 4 3\n3 4\nfield 5 1\n2\n"
                   "field 9 11\nMore people\n");
    CHECK_STR(keys_of(&x, o).text, text);
    agree(&x, o);
    /* Another order is the same text: nothing to sign. */
    c = set_of(&x);
    change_links(c, o, field_of(x.objective, "needs"), (uint64_t[]){k1, k2}, 2, typed);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(keys_of(&x, o).pending == PENDING_NONE);
    CHECK_STR(text_of(&x, o), STR("1 objective v2 name=Reach outcome=More people target=40 reading=12 needs->4"
                                  " needs->3 partner->2 watched_by->2"));
    end(&x);
}

/* The text is the same in every release: its hash is pinned. */
static void pinned_hash(struct test_tally *t)
{
    static const char hex[] = "0123456789abcdef";
    struct fixture x;
    begin(&x, t);
    struct stored_keys k = keys_of(&x, objective(&x));
    char got[2 * KEY_HASH_SIZE];
    for (size_t i = 0; i < KEY_HASH_SIZE; i++) {
        got[2 * i] = hex[k.hash[i] >> 4];
        got[2 * i + 1] = hex[k.hash[i] & 15];
    }
    CHECK_STR(((str){got, sizeof got}), STR("ffd2c712cb8a1f1490abcf1775dcc541fc0509f76a3e2973b410d71655e36899"));
    end(&x);
}

/* ---- What is agreed stays ---- */

static void change_becomes_a_proposal(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = agreed_objective(&x);
    str before = text_of(&x, o);
    GOOD(&x, change(&x, o, "target", "50", typed, &r));
    CHECK(r.number && r.proposed_count == 1 && !r.changed_count);
    CHECK_STR(text_of(&x, o), before);
    struct stored_keys k = keys_of(&x, o);
    CHECK(k.agreed && k.pending == PENDING_DRAFT && k.version == r.number && k.proposed);
    CHECK_STR(k.proposed[field_of(x.objective, "target")->number], STR("50"));
    CHECK_STR(k.proposed[field_of(x.objective, "name")->number], STR("Reach"));
    /* What isn't signed changes as ever, in the same set too. */
    struct change_set *c = set_of(&x);
    set(c, o, x.objective, "reading", "41");
    set(c, o, x.objective, "outcome", "Many more people");
    GOOD(&x, store_commit(x.s, c, 4000, &r, &x.err));
    CHECK(r.proposed_count == 1 && r.changed_count == 1);
    CHECK_STR(text_of(&x, o), STR("1 objective v2 name=Reach outcome=More people target=40 reading=41"));
    CHECK_STR(keys_of(&x, o).text,
              STR("entente text 1\ntype 5\nfact 1\nfield 1 5\nReach\nfield 3 2\n50\nfield 9 16\nMany more people\n"));
    GOOD(&x, change(&x, o, "reading", "42", typed, &r));
    CHECK(!r.proposed_count && keys_of(&x, o).pending == PENDING_DRAFT);
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    CHECK_STR(text_of(&x, o), STR("1 objective v3 name=Reach outcome=More people target=40 reading=42"));
    GOOD(&x, turn(&x, o, KEY_SIGN, CARL, NULL));
    CHECK_STR(text_of(&x, o), STR("1 objective v4 name=Reach outcome=Many more people target=50 reading=42"));
    k = keys_of(&x, o);
    CHECK(k.agreed && k.pending == PENDING_NONE && k.agreed_by[1].user == CARL);
    end(&x);
}

static void undone_by_hand(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = agreed_objective(&x);
    type_in(&x, o, "target", "50");
    GOOD(&x, change(&x, o, "target", "40", typed, &r));
    struct stored_keys k = keys_of(&x, o);
    CHECK(k.agreed && k.pending == PENDING_NONE && !k.proposed);
    BAD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL), ERR_INPUT, "nothing is proposed");
    BAD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL), ERR_INPUT, "nothing is proposed");
    BAD(&x, turn(&x, o, KEY_WITHDRAW, ANNA, NULL), ERR_INPUT, "nothing is proposed");
    end(&x);
}

static void import_proposes(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    struct change_set *c = set_of(&x);
    uint64_t o = change_create(c, x.objective);
    change_value(c, o, field_of(x.objective, "name"), STR("Reach"), imported("plan", "plan.csv", 2));
    change_value(c, o, field_of(x.objective, "target"), STR("40"), imported("plan", "plan.csv", 2));
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    o = r.made[0];
    agree(&x, o);
    GOOD(&x, change(&x, o, "target", "50", imported("plan", "plan2.csv", 2), &r));
    CHECK(r.proposed_count == 1);
    CHECK_STR(text_of(&x, o), STR("1 objective v1 name=Reach target=40"));
    /* Who said what is shown beside what is in force, which nobody's claim is any more. */
    const struct stored_claim *claims;
    size_t count;
    GOOD(&x, store_load_claims(x.s, &x.a, o, &claims, &count, &x.err));
    CHECK(count == 2);
    for (size_t i = 0; i < count; i++) CHECK(claims[i].wins == str_eq(claims[i].field->name, STR("name")));
    /* The same file again changes nothing; another source, later in line, doesn't either. */
    GOOD(&x, change(&x, o, "target", "50", imported("plan", "plan3.csv", 2), &r));
    CHECK(!r.number);
    GOOD(&x, turn(&x, o, KEY_WITHDRAW, DORA, "no"));
    CHECK(keys_of(&x, o).pending == PENDING_NONE);
    GOOD(&x, change(&x, o, "target", "50", imported("plan", "plan3.csv", 2), &r));
    CHECK(!r.number);
    GOOD(&x, change(&x, o, "target", "60", imported("cmdb", "cmdb.csv", 2), &r));
    CHECK(r.number && !r.proposed_count && keys_of(&x, o).pending == PENDING_NONE);
    /* The first source with something new is heard, and so is a person who agrees with it. */
    GOOD(&x, change(&x, o, "target", "55", imported("plan", "plan4.csv", 2), &r));
    CHECK(r.proposed_count == 1);
    GOOD(&x, turn(&x, o, KEY_WITHDRAW, DORA, NULL));
    GOOD(&x, change(&x, o, "target", "55", typed, &r));
    CHECK(r.proposed_count == 1);
    CHECK_STR(keys_of(&x, o).proposed[field_of(x.objective, "target")->number], STR("55"));
    end(&x);
}

/* A typed value that was withdrawn can be typed again. */
static void typed_again(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = agreed_objective(&x);
    for (int i = 0; i < 2; i++) {
        GOOD(&x, change(&x, o, "target", "50", typed, &r));
        CHECK(r.proposed_count == 1);
        GOOD(&x, turn(&x, o, KEY_WITHDRAW, ANNA, NULL));
        CHECK(keys_of(&x, o).pending == PENDING_NONE);
    }
    /* And emptied. */
    GOOD(&x, change(&x, o, "target", "", typed, &r));
    CHECK(r.proposed_count == 1);
    CHECK(!keys_of(&x, o).proposed[field_of(x.objective, "target")->number].p);
    agree(&x, o);
    CHECK_STR(text_of(&x, o), STR("1 objective v2 name=Reach outcome=More people"));
    end(&x);
}

static void own_version(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = agreed_objective(&x);
    struct change_set *c = set_of(&x);
    set(c, o, x.objective, "target", "50");
    change_expect(c, o, 1);
    change_expect_proposal(c, o, 0);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    uint64_t version = keys_of(&x, o).version;
    c = set_of(&x);
    set(c, o, x.objective, "target", "60");
    change_expect(c, o, 1);
    change_expect_proposal(c, o, 0);
    BAD(&x, store_commit(x.s, c, 1000, &r, &x.err), ERR_CONFLICT, "what is proposed for it was changed meanwhile");
    c = set_of(&x);
    set(c, o, x.objective, "target", "60");
    change_expect_proposal(c, o, version);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(keys_of(&x, o).version > version);
    GOOD(&x, turn(&x, o, KEY_WITHDRAW, ANNA, NULL));
    c = set_of(&x);
    set(c, o, x.objective, "target", "70");
    change_expect_proposal(c, o, version);
    BAD(&x, store_commit(x.s, c, 1000, &r, &x.err), ERR_CONFLICT, "is no longer there");
    end(&x);
}

/* ---- Signatures hold for one text ---- */

static void changed_after_proposing(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = objective(&x);
    struct stored_keys old = keys_of(&x, o);
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    type_in(&x, o, "reading", "3");
    CHECK(keys_of(&x, o).given_count == 1);
    type_in(&x, o, "target", "50");
    struct stored_keys k = keys_of(&x, o);
    CHECK(k.pending == PENDING_DRAFT && !k.given_count);
    CHECK_STR(k.said, STR("changed by anna after it was proposed and signed; the signature was for the older text"));
    BAD(&x, turn(&x, o, KEY_SIGN, BEN, NULL), ERR_INPUT, "it is a draft: somebody proposes it first");
    /* Back to the old text, proposed again: the old signature is for another proposing. */
    type_in(&x, o, "target", "40");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    k = keys_of(&x, o);
    CHECK(!memcmp(k.hash, old.hash, KEY_HASH_SIZE) && !k.given_count && !k.said.p);
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    CHECK(!keys_of(&x, o).agreed);
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    CHECK(keys_of(&x, o).agreed);
    /* The same of a proposal. */
    type_in(&x, o, "target", "60");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    type_in(&x, o, "target", "61");
    k = keys_of(&x, o);
    CHECK(k.pending == PENDING_DRAFT);
    CHECK_STR(k.said, STR("changed by anna after it was proposed"));
    /* Signing, proposing or refusing what one has not seen. */
    struct key_turn turn_of = {.fact = o, .hash = old.hash, .reason = STR("why")};
    static const struct {
        enum key_act act;
        uint64_t user;
    } acts[] = {{KEY_PROPOSE, ANNA}, {KEY_SIGN, BEN}, {KEY_REFUSE, BEN}, {KEY_WITHDRAW, ANNA}};
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        turn_of.act = acts[i].act;
        turn_of.user = acts[i].user;
        BAD(&x, store_turn_key(x.s, &x.a, &turn_of, 5000, &r, &x.err), ERR_CONFLICT,
            "objective \"Reach\": its text has changed since you looked");
    }
    end(&x);
}

static void refused(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t o = objective(&x);
    BAD(&x, turn(&x, o, KEY_REFUSE, BEN, "no"), ERR_INPUT, "it is a draft");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    BAD(&x, turn(&x, o, KEY_REFUSE, BEN, "  "), ERR_INPUT, "a refusal needs its reason");
    BAD(&x, turn(&x, o, KEY_REFUSE, DORA, "no"), ERR_DENIED,
        "only a signatory or a steward refuses; you are a contributor");
    BAD(&x, turn(&x, o, KEY_REFUSE, FINN, "no"), ERR_DENIED, "the keys are those of Marketing and IT");
    GOOD(&x, turn(&x, o, KEY_REFUSE, BEN, "By when?"));
    struct stored_keys k = keys_of(&x, o);
    CHECK(k.pending == PENDING_DRAFT && !k.given_count);
    CHECK_STR(k.said, STR("refused by Ben for IT: By when?"));
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    CHECK(!keys_of(&x, o).given_count);
    /* A proposal beside what is agreed stays, as a draft. */
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    type_in(&x, o, "target", "50");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_REFUSE, CARL, "Not this year"));
    k = keys_of(&x, o);
    CHECK(k.agreed && k.pending == PENDING_DRAFT && k.proposed);
    end(&x);
}

static void withdrawn(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t o = objective(&x);
    BAD(&x, turn(&x, o, KEY_WITHDRAW, ANNA, NULL), ERR_INPUT, "it is not proposed");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    BAD(&x, turn(&x, o, KEY_WITHDRAW, ANNA, NULL), ERR_DENIED, "only Dora, who proposed it, or a steward");
    BAD(&x, turn(&x, o, KEY_WITHDRAW, EVA, NULL), ERR_DENIED, "a viewer does not withdraw");
    GOOD(&x, turn(&x, o, KEY_WITHDRAW, DORA, NULL));
    CHECK(keys_of(&x, o).pending == PENDING_DRAFT);
    GOOD(&x, turn(&x, o, KEY_PROPOSE, DORA, NULL));
    GOOD(&x, turn(&x, o, KEY_WITHDRAW, CARL, NULL));
    end(&x);
}

/* ---- Who may ---- */

static void who_may(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = objective(&x), v = make(&x, x.vendor, "Acme");
    BAD(&x, turn(&x, o, KEY_PROPOSE, EVA, NULL), ERR_DENIED, "a viewer does not propose");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    BAD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL), ERR_CONFLICT, "it is proposed already, by Anna");
    BAD(&x, turn(&x, o, KEY_SIGN, DORA, NULL), ERR_DENIED,
        "objective \"Reach\": only a signatory or a steward signs; you are a contributor");
    BAD(&x, turn(&x, o, KEY_SIGN, EVA, NULL), ERR_DENIED, "you are a viewer");
    BAD(&x, turn(&x, o, KEY_SIGN, FINN, NULL), ERR_DENIED, "you are on the side of Data");
    BAD(&x, turn(&x, o, KEY_SIGN, 99, NULL), ERR_ABSENT, "no user 99");
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    BAD(&x, turn(&x, o, KEY_SIGN, BEN, NULL), ERR_CONFLICT, "Ben signed it for IT already");
    BAD(&x, turn(&x, o, KEY_SIGN, CARL, NULL), ERR_CONFLICT, "Ben signed it for IT already");
    struct key_turn key = {.act = KEY_SIGN, .fact = 99, .user = ANNA, .hash = keys_of(&x, o).hash};
    BAD(&x, store_turn_key(x.s, &x.a, &key, 5000, &r, &x.err), ERR_ABSENT, "no fact 99");
    key.fact = v;
    BAD(&x, store_turn_key(x.s, &x.a, &key, 5000, &r, &x.err), ERR_INPUT, "has no two keys");
    struct stored_keys k;
    BAD(&x, store_load_keys(x.s, &x.a, v, &k, &x.err), ERR_INPUT, "a vendor has no two keys");
    BAD(&x, store_load_keys(x.s, &x.a, 99, &k, &x.err), ERR_ABSENT, "no fact 99");
    end(&x);
}

/* Ben signs for IT, changes to marketing, and wants to sign again; and who was closed signs no more. */
static void both_keys(struct test_tally *t)
{
    struct fixture x;
    begin(&x, t);
    uint64_t o = objective(&x);
    GOOD(&x, turn(&x, o, KEY_PROPOSE, BEN, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    alter(&x, "UPDATE user SET side = 'marketing' WHERE name = 'ben'");
    BAD(&x, turn(&x, o, KEY_SIGN, BEN, NULL), ERR_DENIED, "nobody holds both keys: you signed it for IT");
    alter(&x, "UPDATE user SET closed = 1 WHERE name = 'anna'");
    BAD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL), ERR_DENIED, "the account of Anna is closed");
    BAD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL), ERR_DENIED, "the account of Anna is closed");
    alter(&x, "UPDATE user SET closed = 0 WHERE name = 'anna'");
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    CHECK(keys_of(&x, o).agreed);
    end(&x);
}

/* ---- Deleting ---- */

static void deleting(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t draft = objective(&x);
    GOOD(&x, turn(&x, draft, KEY_PROPOSE, ANNA, NULL));
    struct change_set *c = set_of(&x);
    change_delete(c, draft);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(r.changed_count == 1 && !text_of(&x, draft).p);

    uint64_t o = agreed_objective(&x);
    c = set_of(&x);
    change_delete(c, o);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(r.proposed_count == 1 && !r.changed_count);
    struct stored_keys k = keys_of(&x, o);
    CHECK(k.agreed && k.deletes && k.pending == PENDING_DRAFT && k.version);
    CHECK(str_find(k.text, STR("\ndelete\nfield 1")) != STR_NOT_FOUND);
    /* Once is enough. */
    c = set_of(&x);
    change_delete(c, o);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(!r.number);
    /* A change to the text is another proposal, in place of this one; and the other way round. */
    type_in(&x, o, "target", "41");
    CHECK(!keys_of(&x, o).deletes);
    c = set_of(&x);
    change_delete(c, o);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(keys_of(&x, o).deletes);
    GOOD(&x, turn(&x, o, KEY_PROPOSE, CARL, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, CARL, NULL));
    CHECK(text_of(&x, o).p);
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    CHECK(!text_of(&x, o).p);
    CHECK(store_load_keys(x.s, &x.a, o, &k, &x.err) < 0 && x.err.code == ERR_ABSENT);
    const struct stored_signature *signatures;
    size_t count;
    GOOD(&x, store_load_signatures(x.s, &x.a, o, &signatures, &count, &x.err));
    CHECK(count == 4);
    /* A fact of that id may come again, and has agreed to nothing. */
    c = set_of(&x);
    uint64_t again = change_create_as(c, x.objective, o);
    set(c, again, x.objective, "name", "Again");
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK(!keys_of(&x, o).agreed);
    end(&x);
}

/* What an agreed text names can't go; what only a proposal names can. */
static void deleting_what_is_named(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = objective(&x), v = make(&x, x.vendor, "Acme"), w = make(&x, x.vendor, "Other");
    struct change_set *c = set_of(&x);
    change_links(c, o, field_of(x.objective, "partner"), &v, 1, typed);
    change_links(c, o, field_of(x.objective, "watched by"), (uint64_t[]){v, w}, 2, typed);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    agree(&x, o);
    c = set_of(&x);
    change_delete(c, v);
    BAD(&x, store_commit(x.s, c, 1000, &r, &x.err), ERR_CONFLICT,
        "vendor \"Acme\" cannot be deleted: objective \"Reach\", which both sides have signed, names it");
    c = set_of(&x);
    change_delete(c, v);
    change_delete(c, o);
    BAD(&x, store_commit(x.s, c, 1000, &r, &x.err), ERR_CONFLICT, "which both sides have signed, names it");
    c = set_of(&x);
    change_links(c, o, field_of(x.objective, "partner"), &w, 1, typed);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    c = set_of(&x);
    change_delete(c, w);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    struct stored_keys k = keys_of(&x, o);
    CHECK(k.pending == PENDING_DRAFT && !k.given_count && !k.proposed[field_of(x.objective, "partner")->number].p);
    CHECK_STR(text_of(&x, o), STR("1 objective v3 name=Reach outcome=More people target=40 partner->2 watched_by->2"));
    agree(&x, o);
    c = set_of(&x);
    change_delete(c, v);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    CHECK_STR(text_of(&x, o), STR("1 objective v5 name=Reach outcome=More people target=40"));
    end(&x);
}

/* A name that was taken meanwhile is found out by the second key, and nothing is half done. */
static void taken_name(struct test_tally *t)
{
    struct fixture x;
    struct commit_result r;
    begin(&x, t);
    uint64_t o = agreed_objective(&x), other;
    type_in(&x, o, "name", "Loyalty");
    GOOD(&x, turn(&x, o, KEY_PROPOSE, ANNA, NULL));
    GOOD(&x, turn(&x, o, KEY_SIGN, ANNA, NULL));
    other = make(&x, x.objective, "Loyalty");
    BAD(&x, turn(&x, o, KEY_SIGN, BEN, NULL), ERR_CONFLICT, "\"Loyalty\" is already there");
    CHECK(keys_of(&x, o).given_count == 1);
    struct change_set *c = set_of(&x);
    change_delete(c, other);
    GOOD(&x, store_commit(x.s, c, 1000, &r, &x.err));
    GOOD(&x, turn(&x, o, KEY_SIGN, BEN, NULL));
    CHECK_STR(text_of(&x, o), STR("1 objective v2 name=Loyalty outcome=More people target=40"));
    uint64_t id;
    GOOD(&x, store_find_by_key(x.s, x.objective, STR("loyalty"), &id, &x.err));
    CHECK(id == o);
    BAD(&x, store_find_by_key(x.s, x.objective, STR("reach"), &id, &x.err), ERR_ABSENT, "\"reach\"");
    end(&x);
}

TEST_MAIN(way_to_agreement, text_of_links, pinned_hash, change_becomes_a_proposal, undone_by_hand, import_proposes,
          typed_again, own_version, changed_after_proposing, refused, withdrawn, who_may, both_keys, deleting,
          deleting_what_is_named, taken_name)
