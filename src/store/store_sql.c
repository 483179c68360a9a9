/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sql.h"

const char *store_sql_text(enum store_sql which)
{
    static const char *const texts[] = {
#define X(name, text) [name] = text,
        STORE_STATEMENTS(X)
#undef X
    };
    _Static_assert(ARRAY_COUNT(texts) == SQL_COUNT, "one text for each statement");
    return texts[which];
}

struct store_rows_text store_rows_text(enum store_rows which)
{
    static const struct store_rows_text texts[] = {
#define X(name, head, columns, end) [name] = {head, columns, end},
        STORE_ROWS(X)
#undef X
    };
    return texts[which];
}

/* What is stored in `fields`, `before` and `after` is one JSON object: field id to canonical text, links as the
 * targets' ids with blanks between. Strings only, so digits stay as they were typed. */
static const char migration_1[] =
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fact(id INTEGER PRIMARY KEY, type INTEGER NOT NULL, version INTEGER NOT NULL, fields TEXT NOT NULL)"
    " STRICT;"
    "CREATE INDEX fact_by_type ON fact(type);"
    "CREATE TABLE link(fact INTEGER NOT NULL, field INTEGER NOT NULL, ord INTEGER NOT NULL,"
    " target INTEGER NOT NULL REFERENCES fact(id) DEFERRABLE INITIALLY DEFERRED,"
    " PRIMARY KEY(fact, field, ord)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX link_by_target ON link(target, field, fact);"
    /* Folded natural keys, unique in their type; and aliases, which may be ambiguous. */
    "CREATE TABLE fact_name(type INTEGER NOT NULL, folded TEXT NOT NULL, fact INTEGER NOT NULL,"
    " PRIMARY KEY(type, folded)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE fact_alias(type INTEGER NOT NULL, folded TEXT NOT NULL, fact INTEGER NOT NULL,"
    " PRIMARY KEY(type, folded, fact)) STRICT, WITHOUT ROWID;"
    /* id is the order in which the sources first came; 1 is what people typed. kind: enum origin_kind. */
    "CREATE TABLE source(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, since INTEGER NOT NULL,"
    " UNIQUE(kind, name)) STRICT;"
    "INSERT INTO source(id, kind, name, since) VALUES(1, 0, '', 0);"
    /* The claims that stand: those of one fact, source, commit and place together. */
    "CREATE TABLE claim(fact INTEGER NOT NULL, seq INTEGER NOT NULL, source INTEGER NOT NULL REFERENCES source(id),"
    " number INTEGER NOT NULL, file TEXT, line INTEGER NOT NULL, fields TEXT NOT NULL, PRIMARY KEY(fact, seq))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE journal(number INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL,"
    " entries INTEGER NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
    /* kind: enum entry_kind. */
    "CREATE TABLE entry(number INTEGER NOT NULL, seq INTEGER NOT NULL, kind INTEGER NOT NULL, type INTEGER NOT NULL,"
    " fact INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY(number, seq)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX entry_by_fact ON entry(fact, kind, number);"
    /* Lies beside, so that it can be erased: then the row goes and the digest stays. */
    "CREATE TABLE entry_value(number INTEGER NOT NULL, seq INTEGER NOT NULL, salt BLOB NOT NULL, before TEXT,"
    " after TEXT, PRIMARY KEY(number, seq)) STRICT, WITHOUT ROWID;"
    /* Of what evidence tells. kind: enum subject_kind. A name becomes an application's by setting `application`. */
    "CREATE TABLE subject(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL,"
    " application INTEGER REFERENCES fact(id) DEFERRABLE INITIALLY DEFERRED) STRICT;"
    "CREATE UNIQUE INDEX subject_by_name ON subject(kind, name) WHERE kind <> 0;"
    "CREATE UNIQUE INDEX subject_of_application ON subject(application) WHERE kind = 0 AND application IS NOT NULL;"
    "CREATE INDEX subject_by_application ON subject(application);"
    "CREATE TABLE load(number INTEGER PRIMARY KEY REFERENCES journal(number) DEFERRABLE INITIALLY DEFERRED,"
    " file TEXT NOT NULL, format TEXT NOT NULL, content_hash BLOB NOT NULL UNIQUE, bytes INTEGER NOT NULL,"
    " lines INTEGER NOT NULL, skipped INTEGER NOT NULL, first_day INTEGER, last_day INTEGER) STRICT;"
    "CREATE TABLE usage(subject INTEGER NOT NULL, person INTEGER NOT NULL, day INTEGER NOT NULL, load INTEGER NOT NULL,"
    " requests INTEGER NOT NULL, bytes INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " PRIMARY KEY(subject, person, day, load)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE payment(subject INTEGER NOT NULL, month INTEGER NOT NULL, currency TEXT NOT NULL,"
    " load INTEGER NOT NULL, seq INTEGER NOT NULL, amount TEXT NOT NULL, lines INTEGER NOT NULL,"
    " PRIMARY KEY(subject, month, currency, load, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE finding(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, accepted INTEGER NOT NULL, reason TEXT,"
    " until INTEGER, owner TEXT) STRICT;"
    "CREATE TABLE user(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, shown TEXT NOT NULL, side TEXT NOT NULL,"
    " role INTEGER NOT NULL, password_hash TEXT NOT NULL, closed INTEGER NOT NULL) STRICT;"
    "CREATE TABLE session(token_hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES user(id),"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;";

/* Two keys. A row of `agreement`: what is in force was agreed by commit `number`. A row of `proposal` without `fields`
 * is about the first draft; else `fields` is what would be different. `version`: the commit that changed its text last;
 * state: enum pending_state. */
static const char migration_2[] =
    "CREATE TABLE agreement(fact INTEGER PRIMARY KEY, number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;"
    "CREATE TABLE proposal(fact INTEGER PRIMARY KEY, version INTEGER NOT NULL, state INTEGER NOT NULL,"
    " deletes INTEGER NOT NULL, number INTEGER, proposer INTEGER, hash BLOB, said TEXT, fields TEXT) STRICT;"
    "CREATE TABLE proposal_link(target INTEGER NOT NULL REFERENCES fact(id) DEFERRABLE INITIALLY DEFERRED,"
    " fact INTEGER NOT NULL, field INTEGER NOT NULL, PRIMARY KEY(target, fact, field)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX proposal_link_of ON proposal_link(fact);"
    "CREATE TABLE signature(fact INTEGER NOT NULL, number INTEGER NOT NULL, user INTEGER NOT NULL, side TEXT NOT NULL,"
    " hash BLOB NOT NULL, PRIMARY KEY(fact, number)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER signature_stays BEFORE DELETE ON signature"
    " BEGIN SELECT raise(ABORT, 'a signature is never taken away'); END;"
    "CREATE TRIGGER signature_is_final BEFORE UPDATE ON signature"
    " BEGIN SELECT raise(ABORT, 'a signature is never changed'); END;";

/* Comments on facts, who is mentioned in them (seen: when, 0 not yet), and saved views of lists. */
static const char migration_3[] =
    "CREATE TABLE comment(id INTEGER PRIMARY KEY, fact INTEGER NOT NULL, author TEXT NOT NULL, time INTEGER NOT NULL,"
    " edited INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX comment_by_fact ON comment(fact);"
    "CREATE TABLE mention(comment INTEGER NOT NULL REFERENCES comment(id), user INTEGER NOT NULL REFERENCES user(id),"
    " seen INTEGER NOT NULL, PRIMARY KEY(comment, user)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX mention_unseen ON mention(user) WHERE seen = 0;"
    "CREATE TABLE saved_view(id INTEGER PRIMARY KEY, type INTEGER NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL,"
    " shared INTEGER NOT NULL, query TEXT NOT NULL, UNIQUE(type, owner, name)) STRICT;";
/* What is left of an entry's values after some were erased, by the commit of this number. */
static const char migration_4[] = "ALTER TABLE entry_value ADD COLUMN erased INTEGER;";

/* Access: where sessions come from and when they were last used, one-time links, tokens of programs. */
static const char migration_5[] =
    "DROP TABLE session;" /* whoever was signed in signs in again */
    "CREATE TABLE session(token_hash BLOB PRIMARY KEY, user INTEGER NOT NULL REFERENCES user(id),"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL, place TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE welcome(token_hash BLOB PRIMARY KEY, user INTEGER NOT NULL UNIQUE REFERENCES user(id),"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    /* types: keys with blanks between; empty is all. */
    "CREATE TABLE token(id INTEGER PRIMARY KEY, user INTEGER NOT NULL REFERENCES user(id),"
    " token_hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL, write INTEGER NOT NULL, types TEXT NOT NULL,"
    " created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL, UNIQUE(user, name)) STRICT;"
    /* What a program was answered under an idempotency key; the answer is filled in after its commit. */
    "CREATE TABLE answer(holder TEXT NOT NULL, key TEXT NOT NULL, asked BLOB NOT NULL, number INTEGER NOT NULL,"
    " created INTEGER NOT NULL, status INTEGER, etag TEXT, location TEXT, body TEXT,"
    " PRIMARY KEY(holder, key)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX answer_by_age ON answer(created);";

/* What people said of a source's columns: `shape` is the hash of the header's names, `field` a field's permanent id,
 * "id", or "-" for left out. */
static const char migration_6[] =
    "CREATE TABLE import_column(type INTEGER NOT NULL, source TEXT NOT NULL, shape BLOB NOT NULL, header TEXT NOT NULL,"
    " field TEXT NOT NULL, actor TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY(type, source, shape, header))"
    " STRICT, WITHOUT ROWID;";

/* Rulings, in a chain of their own, and the rulebooks' texts by which they were made. */
static const char migration_7[] =
    "CREATE TABLE rulebook_text(hash BLOB PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, text TEXT NOT NULL,"
    " since INTEGER NOT NULL) STRICT;"
    "CREATE TABLE ruling(number INTEGER PRIMARY KEY, time INTEGER NOT NULL, day INTEGER NOT NULL, actor TEXT NOT NULL,"
    " door TEXT NOT NULL, request INTEGER NOT NULL, rulebook TEXT NOT NULL, version TEXT NOT NULL, book BLOB NOT NULL,"
    " answers TEXT NOT NULL, zone TEXT NOT NULL, extent TEXT NOT NULL, rules TEXT NOT NULL, digest BLOB NOT NULL,"
    " key TEXT, overrules INTEGER NOT NULL, reason TEXT, hash BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX ruling_by_key ON ruling(key) WHERE key IS NOT NULL;"
    "CREATE INDEX ruling_by_request ON ruling(request) WHERE request <> 0;"
    "CREATE UNIQUE INDEX ruling_by_overruled ON ruling(overrules) WHERE overrules <> 0;"
    "CREATE TRIGGER ruling_stays BEFORE DELETE ON ruling"
    " BEGIN SELECT raise(ABORT, 'a ruling is never taken away'); END;"
    "CREATE TRIGGER ruling_is_final BEFORE UPDATE ON ruling"
    " BEGIN SELECT raise(ABORT, 'a ruling is never changed'); END;"
    "CREATE TRIGGER rulebook_text_stays BEFORE DELETE ON rulebook_text"
    " BEGIN SELECT raise(ABORT, 'a text by which was ruled is never taken away'); END;"
    "CREATE TRIGGER rulebook_text_is_final BEFORE UPDATE ON rulebook_text"
    " BEGIN SELECT raise(ABORT, 'a text by which was ruled is never changed'); END;";

/* What a ruling promises: an answer within so many working days, so on that day, and what happens without one. */
static const char migration_8[] = "ALTER TABLE ruling ADD COLUMN within INTEGER NOT NULL DEFAULT 0;"
                                  "ALTER TABLE ruling ADD COLUMN due INTEGER NOT NULL DEFAULT 0;"
                                  "ALTER TABLE ruling ADD COLUMN otherwise TEXT;"
                                  "CREATE INDEX ruling_requested ON ruling(number) WHERE request <> 0;";

/* Where in the fact a comment stands (a rule's id), empty for the whole; when its matter was settled, and by whom. */
static const char migration_9[] = "ALTER TABLE comment ADD COLUMN place TEXT NOT NULL DEFAULT '';"
                                  "ALTER TABLE comment ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;"
                                  "ALTER TABLE comment ADD COLUMN settled_by TEXT NOT NULL DEFAULT '';";

/* Files that hang on facts. number, removed: the commits that brought it and took its bytes away, 0 not yet; they say
 * who and when. What is erased has neither name nor hash. */
static const char migration_10[] =
    "CREATE TABLE attachment(id INTEGER PRIMARY KEY, fact INTEGER NOT NULL, number INTEGER NOT NULL,"
    " removed INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL, media TEXT NOT NULL, size INTEGER NOT NULL,"
    " hash BLOB NOT NULL, bytes BLOB) STRICT;"
    "CREATE INDEX attachment_by_fact ON attachment(fact);";

/* Outgoing events: who is told of what (paused: why nothing is sent), and the outbox. since: when it was written, or
 * last asked for again; tried: when the last attempt began. Of a finding: what events say of it; empty: nothing, since
 * not every viewer sees it. */
static const char migration_11[] =
    "CREATE TABLE hook(id INTEGER PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, events TEXT NOT NULL,"
    " secret BLOB NOT NULL, created INTEGER NOT NULL, paused TEXT, delivered INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE delivery(id INTEGER PRIMARY KEY, hook INTEGER NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL,"
    " time INTEGER NOT NULL, body TEXT NOT NULL, since INTEGER NOT NULL, state INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, due INTEGER NOT NULL, tried INTEGER NOT NULL, status INTEGER NOT NULL,"
    " says TEXT NOT NULL) STRICT;"
    "CREATE INDEX delivery_of ON delivery(hook, id);"
    "CREATE INDEX delivery_waiting ON delivery(hook, due) WHERE state = 0;"
    "CREATE INDEX delivery_given_up ON delivery(hook) WHERE state = 2;"
    "ALTER TABLE finding ADD COLUMN about TEXT;";

/* Links from their other end, in a table of their own: many new ones are then added in its order, which is several
 * times faster than an index that is kept row by row. That a link leads to a fact is looked at here. */
static const char migration_12[] =
    "CREATE TABLE link_kept AS SELECT fact, field, ord, target FROM link;"
    "DROP TABLE link;"
    "CREATE TABLE link(fact INTEGER NOT NULL, field INTEGER NOT NULL, ord INTEGER NOT NULL, target INTEGER NOT NULL,"
    " PRIMARY KEY(fact, field, ord)) STRICT, WITHOUT ROWID;"
    "INSERT INTO link(fact, field, ord, target) SELECT fact, field, ord, target FROM link_kept"
    " ORDER BY fact, field, ord;"
    "DROP TABLE link_kept;"
    "CREATE TABLE link_to(target INTEGER NOT NULL REFERENCES fact(id) DEFERRABLE INITIALLY DEFERRED,"
    " field INTEGER NOT NULL, fact INTEGER NOT NULL, PRIMARY KEY(target, field, fact)) STRICT, WITHOUT ROWID;"
    "INSERT INTO link_to(target, field, fact) SELECT DISTINCT target, field, fact FROM link ORDER BY 1, 2, 3;";

static const char *const migrations[] = {migration_1, migration_2,  migration_3,  migration_4,
                                         migration_5, migration_6,  migration_7,  migration_8,
                                         migration_9, migration_10, migration_11, migration_12};

size_t store_migration_count(void) { return ARRAY_COUNT(migrations); }

const char *store_migration(size_t n)
{
    MUST(n < ARRAY_COUNT(migrations));
    return migrations[n];
}
