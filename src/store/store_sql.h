/* SPDX-License-Identifier: Apache-2.0 */
/* All SQL text: the migrations and the statements, each prepared once a connection. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base_core.h"

#define RULING_COLUMNS                                                                                                 \
    "number, time, day, actor, door, request, rulebook, version, book, answers, zone, extent, rules, digest, key,"     \
    " overrules, reason, hash, within, due, otherwise"
#define HOOK_COLUMNS                                                                                                   \
    "h.id, h.name, h.address, h.events, h.created, h.paused,"                                                          \
    " (SELECT count(*) FROM delivery WHERE hook = h.id AND state = 0),"                                                \
    " (SELECT count(*) FROM delivery WHERE hook = h.id AND state = 2), h.delivered"
#define DELIVERY_COLUMNS   "id, hook, event, type, time, body, state, attempts, due, tried, status, says"
#define ATTACHMENT_COLUMNS "a.id, a.fact, a.name, a.media, a.size, a.hash, j.actor, j.time"
#define COMMENT_COLUMNS    "c.id, c.fact, c.author, c.time, c.edited, c.deleted, c.text, c.place, c.settled, c.settled_by"
#define STORE_STATEMENTS(X)                                                                                            \
    X(SQL_BEGIN_WRITE, "BEGIN IMMEDIATE")                                                                              \
    X(SQL_BEGIN_READ, "BEGIN")                                                                                         \
    X(SQL_COMMIT, "COMMIT")                                                                                            \
    X(SQL_ROLLBACK, "ROLLBACK")                                                                                        \
    X(SQL_DATA_VERSION, "PRAGMA data_version")                                                                         \
    X(SQL_SETTING_GET, "SELECT value FROM setting WHERE key = ?1")                                                     \
    X(SQL_SETTING_PUT,                                                                                                 \
      "INSERT INTO setting(key, value) VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value = excluded.value")          \
    /* Facts */                                                                                                        \
    X(SQL_FACT_GET, "SELECT type, version, fields FROM fact WHERE id = ?1")                                            \
    X(SQL_FACT_TYPE, "SELECT type FROM fact WHERE id = ?1")                                                            \
    X(SQL_FACT_OF_TYPE, "SELECT id FROM fact WHERE type = ?1 ORDER BY id")                                             \
    X(SQL_NAME_DROP_TYPE, "DELETE FROM fact_name WHERE type = ?1")                                                     \
    X(SQL_ALIAS_DROP_TYPE, "DELETE FROM fact_alias WHERE type = ?1")                                                   \
    X(SQL_FACT_PUT, "UPDATE fact SET version = ?2, fields = ?3 WHERE id = ?1")                                         \
    X(SQL_FACT_DROP, "DELETE FROM fact WHERE id = ?1")                                                                 \
    X(SQL_FACT_ALL, "SELECT id, type, version, fields FROM fact ORDER BY id")                                          \
    X(SQL_LINK_OF, "SELECT field, target FROM link WHERE fact = ?1 ORDER BY field, ord")                               \
    X(SQL_LINK_ALL, "SELECT fact, field, target FROM link ORDER BY fact, field, ord")                                  \
    X(SQL_LINK_TO_ALL, "SELECT fact, field, target FROM link_to")                                                      \
    X(SQL_LINK_TO, "SELECT fact, field FROM link_to WHERE target = ?1 UNION"                                           \
                   " SELECT fact, field FROM proposal_link WHERE target = ?1 ORDER BY fact, field")                    \
    X(SQL_LINK_DROP, "DELETE FROM link WHERE fact = ?1 AND field = ?2")                                                \
    X(SQL_LINK_DROP_ALL, "DELETE FROM link WHERE fact = ?1")                                                           \
    /* From their other end, before they go; ?2: of this field, 0: of all. */                                          \
    X(SQL_LINK_TO_DROP, "DELETE FROM link_to WHERE (target, field, fact) IN"                                           \
                        " (SELECT target, field, fact FROM link WHERE fact = ?1 AND (?2 = 0 OR field = ?2))")          \
    X(SQL_LINK_ASTRAY,                                                                                                 \
      "SELECT fact FROM link l WHERE NOT EXISTS (SELECT 1 FROM link_to t WHERE t.target = l.target"                    \
      " AND t.field = l.field AND t.fact = l.fact) UNION ALL SELECT fact FROM link_to t WHERE NOT EXISTS"              \
      " (SELECT 1 FROM link l WHERE l.fact = t.fact AND l.field = t.field AND l.target = t.target) LIMIT 1")           \
    X(SQL_LINK_ALONG, "SELECT target FROM link WHERE fact = ?1 AND field = ?2 ORDER BY ord")                           \
    /* The way up and the ways down in a tree of ?2; no further than ?3 levels, for there may be a circle. */          \
    X(SQL_TREE_UP, "WITH RECURSIVE up(id, n) AS (VALUES(?1, 1) UNION ALL SELECT l.target, n + 1 FROM up CROSS JOIN"    \
                   " link l ON l.fact = up.id AND l.field = ?2 WHERE n <= ?3)"                                         \
                   " SELECT max(n) FROM up")                                                                           \
    X(SQL_TREE_DOWN, "WITH RECURSIVE down(id, n) AS (VALUES(?1, 0) UNION SELECT l.fact, n + 1 FROM down CROSS JOIN"    \
                     " link_to l ON l.target = down.id AND l.field = ?2 CROSS JOIN fact f ON f.id = l.fact"            \
                     " AND f.type = ?4 WHERE n <= ?3) SELECT max(n) FROM down")                                        \
    X(SQL_NAME_FIND, "SELECT fact FROM fact_name WHERE type = ?1 AND folded = ?2")                                     \
    X(SQL_NAME_DROP, "DELETE FROM fact_name WHERE type = ?1 AND folded = ?2 AND fact = ?3")                            \
    X(SQL_ALIAS_FIND, "SELECT fact FROM fact_alias WHERE type = ?1 AND folded = ?2 ORDER BY fact")                     \
    X(SQL_ALIAS_DROP, "DELETE FROM fact_alias WHERE type = ?1 AND folded = ?2 AND fact = ?3")                          \
    /* Claims */                                                                                                       \
    X(SQL_SOURCE_ALL, "SELECT id, kind, name FROM source ORDER BY id")                                                 \
    X(SQL_SOURCE_GET, "SELECT kind, name FROM source WHERE id = ?1")                                                   \
    X(SQL_SOURCE_ADD, "INSERT INTO source(kind, name, since) VALUES(?1, ?2, ?3)")                                      \
    X(SQL_CLAIM_OF, "SELECT source, number, file, line, fields FROM claim WHERE fact = ?1 ORDER BY seq")               \
    X(SQL_CLAIM_TEXTS, "SELECT seq, fields FROM claim WHERE fact = ?1 ORDER BY seq")                                   \
    X(SQL_CLAIM_PUT, "UPDATE claim SET fields = ?3 WHERE fact = ?1 AND seq = ?2")                                      \
    X(SQL_CLAIM_DROP_ONE, "DELETE FROM claim WHERE fact = ?1 AND seq = ?2")                                            \
    X(SQL_CLAIM_DROP, "DELETE FROM claim WHERE fact = ?1")                                                             \
    /* Journal */                                                                                                      \
    X(SQL_HEAD, "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1")                                       \
    X(SQL_JOURNAL_ADD,                                                                                                 \
      "INSERT INTO journal(number, time, actor, reason, entries, previous, hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")  \
    X(SQL_JOURNAL_GET, "SELECT time, actor FROM journal WHERE number = ?1")                                            \
    X(SQL_JOURNAL_NEWEST, "SELECT number, time, actor, reason, entries, hash FROM journal WHERE number <= ?1"          \
                          " ORDER BY number DESC LIMIT ?2")                                                            \
    X(SQL_JOURNAL_PICK, "SELECT j.number, j.time, j.actor, j.reason, j.entries, j.hash FROM journal j"                 \
                        " WHERE j.number >= ?1 AND j.number <= ?2 AND j.time >= ?3 AND j.time < ?4"                    \
                        " AND (?5 = 0 OR EXISTS (SELECT 1 FROM entry e WHERE e.number = j.number AND e.type = ?5"      \
                        " AND e.fact <> 0))"                                                                           \
                        " AND (?6 = 0 OR j.number IN (SELECT e.number FROM entry e WHERE e.fact = ?6"                  \
                        " AND e.type <> 0)) ORDER BY j.number DESC")                                                   \
    X(SQL_JOURNAL_OF_HASH, "SELECT number, time, actor, reason, entries, hash FROM journal"                            \
                           " WHERE substr(hash, 1, ?2) = ?1 ORDER BY number DESC LIMIT 1")                             \
    X(SQL_JOURNAL_ALL, "SELECT number, time, actor, reason, entries, previous, hash FROM journal ORDER BY number")     \
    X(SQL_ENTRY_ALL,                                                                                                   \
      "SELECT e.number, e.seq, e.kind, e.type, e.fact, e.digest, v.salt, v.before, v.after, v.erased FROM entry e"     \
      " LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq ORDER BY e.number, e.seq")                    \
    X(SQL_ENTRY_TOLD, "SELECT e.kind, e.type, e.fact, v.before, v.after FROM entry e LEFT JOIN entry_value v"          \
                      " ON v.number = e.number AND v.seq = e.seq WHERE e.number = ?1"                                  \
                      " AND (?2 = 0 OR (e.type = ?2 AND e.fact <> 0))"                                                 \
                      " AND (?3 = 0 OR (e.fact = ?3 AND e.type <> 0)) ORDER BY e.seq")                                 \
    X(SQL_ENTRY_VALUES_OF,                                                                                             \
      "SELECT e.number, e.seq, e.kind, v.before, v.after FROM entry e JOIN entry_value v ON v.number = e.number"       \
      " AND v.seq = e.seq WHERE e.fact = ?1 AND (e.kind <= 2 OR e.kind IN (6, 14, 17) OR e.kind BETWEEN 8 AND 12)"     \
      " ORDER BY e.number DESC, e.seq DESC")                                                                           \
    X(SQL_ENTRY_VALUE_ERASE,                                                                                           \
      "UPDATE entry_value SET salt = ?3, before = ?4, after = ?5, erased = ?6 WHERE number = ?1 AND seq = ?2")         \
    X(SQL_ENTRY_ERASURE, "SELECT v.after FROM entry e JOIN entry_value v ON v.number = e.number AND v.seq = e.seq"     \
                         " WHERE e.number = ?1 AND e.kind = 16 AND v.before = ?2")                                     \
    X(SQL_ENTRY_DELETED, "SELECT e.type, v.before FROM entry e JOIN entry_value v ON v.number = e.number"              \
                         " AND v.seq = e.seq WHERE e.fact = ?1 AND e.kind = 2 ORDER BY e.number DESC LIMIT 1")         \
    X(SQL_ENTRY_BY_FACT, "SELECT e.fact, e.kind, v.salt IS NULL, v.after, e.number FROM entry e"                       \
                         " LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq"                           \
                         " WHERE e.kind <= 2 ORDER BY e.fact, e.number, e.seq")                                        \
    X(SQL_ENTRY_SINCE,                                                                                                 \
      "SELECT fact, type, max(number) FROM entry WHERE number > ?1 AND (kind <= 2 OR kind BETWEEN 8 AND 13)"           \
      " GROUP BY +fact ORDER BY +fact")                                                                                \
    X(SQL_ENTRY_EVIDENCE_SINCE, "SELECT DISTINCT +fact FROM entry WHERE number > ?1 AND kind = 3 ORDER BY 1")          \
    X(SQL_ENTRY_AFTER,                                                                                                 \
      "SELECT e.fact, e.kind, e.type, v.before FROM entry e LEFT JOIN entry_value v ON v.number = e.number"            \
      " AND v.seq = e.seq WHERE e.number > ?1 AND (e.kind <= 2 OR e.kind BETWEEN 8 AND 13)"                            \
      " ORDER BY e.fact, e.number DESC, e.seq DESC")                                                                   \
    X(SQL_KEYS_AGREED_AT,                                                                                              \
      "SELECT e.number, j.time FROM entry e JOIN journal j ON j.number = e.number WHERE e.fact = ?1 AND e.kind = 13"   \
      " AND e.number <= ?2 AND e.number >= (SELECT max(number) FROM entry WHERE fact = ?1 AND kind = 0"                \
      " AND number <= ?2) ORDER BY e.number DESC LIMIT 1")                                                             \
    X(SQL_ENTRY_VERSION, "SELECT count(*) FROM entry WHERE fact = ?1 AND kind <= 1 AND number <= ?2 AND number >="     \
                         " (SELECT max(number) FROM entry WHERE fact = ?1 AND kind = 0 AND number <= ?2)")             \
    X(SQL_JOURNAL_BEFORE, "SELECT max(number) FROM journal WHERE time < ?1")                                           \
    X(SQL_ENTRY_LAST, "SELECT j.actor, j.time, e.kind, e.type FROM entry e JOIN journal j ON j.number = e.number"      \
                      " WHERE e.fact = ?1 AND e.kind <= 2 ORDER BY e.number DESC LIMIT 1")                             \
    X(SQL_ENTRY_HISTORY,                                                                                               \
      "SELECT e.number, j.time, j.actor, j.reason, e.kind, e.type, v.before, v.after FROM entry e"                     \
      " JOIN journal j ON j.number = e.number LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq"        \
      " WHERE e.fact = ?1 AND (e.kind <= 2 OR e.kind BETWEEN 8 AND 13) ORDER BY e.number DESC, e.seq DESC")            \
    /* Two keys. 8 to 13: ENTRY_DRAFTED to ENTRY_AGREED. */                                                            \
    X(SQL_KEYS_OF,                                                                                                     \
      "SELECT a.number, a.hash, j.time, p.version, p.state, p.deletes, p.number, p.proposer, p.hash, p.said, p.fields" \
      " FROM (SELECT ?1 AS fact) f LEFT JOIN agreement a ON a.fact = f.fact LEFT JOIN journal j ON j.number = "        \
      "a.number"                                                                                                       \
      " LEFT JOIN proposal p ON p.fact = f.fact")                                                                      \
    X(SQL_KEYS_FACTS, "SELECT fact FROM agreement UNION SELECT fact FROM proposal ORDER BY fact")                      \
    X(SQL_AGREEMENT_PUT, "INSERT INTO agreement(fact, number, hash) VALUES(?1, ?2, ?3)"                                \
                         " ON CONFLICT(fact) DO UPDATE SET number = excluded.number, hash = excluded.hash")            \
    X(SQL_AGREEMENT_DROP, "DELETE FROM agreement WHERE fact = ?1")                                                     \
    X(SQL_PROPOSAL_PUT,                                                                                                \
      "INSERT OR REPLACE INTO proposal(fact, version, state, deletes, number, proposer, hash, said, fields)"           \
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")                                                                   \
    X(SQL_PROPOSAL_DROP, "DELETE FROM proposal WHERE fact = ?1")                                                       \
    X(SQL_PROPOSAL_LINK_ADD, "INSERT OR IGNORE INTO proposal_link(target, fact, field) VALUES(?1, ?2, ?3)")            \
    X(SQL_PROPOSAL_LINK_DROP, "DELETE FROM proposal_link WHERE fact = ?1")                                             \
    X(SQL_SIGNATURE_ADD, "INSERT INTO signature(fact, number, user, side, hash) VALUES(?1, ?2, ?3, ?4, ?5)")           \
    X(SQL_SIGNATURE_OF,                                                                                                \
      "SELECT g.number, coalesce(j.time, 0), g.user, coalesce(u.shown, ''), g.side, g.hash FROM signature g"           \
      " LEFT JOIN journal j ON j.number = g.number LEFT JOIN user u ON u.id = g.user"                                  \
      " WHERE g.fact = ?1 ORDER BY g.number DESC")                                                                     \
    X(SQL_SIGNATURE_ALL, "SELECT fact, number, user, side, hash FROM signature ORDER BY fact, number")                 \
    X(SQL_KEYS_COUNT,                                                                                                  \
      "SELECT (SELECT count(*) FROM agreement), (SELECT count(*) FROM proposal), (SELECT count(*) FROM signature)")    \
    X(SQL_KEYS_ENTRIES,                                                                                                \
      "SELECT e.fact, e.kind, v.salt IS NULL OR v.erased IS NOT NULL, v.after, e.number, e.type FROM entry e"          \
      " LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq WHERE e.kind BETWEEN 8 AND 13 OR"             \
      " (e.kind IN (0, 2) AND e.fact IN (SELECT fact FROM entry WHERE kind BETWEEN 8 AND 13))"                         \
      " ORDER BY e.fact, e.number, e.seq")                                                                             \
    X(SQL_PART_WHOLE, "SELECT l.target, f.type FROM link l JOIN fact f ON f.id = l.target WHERE l.fact = ?1"           \
                      " AND l.field = ?2")                                                                             \
    X(SQL_PARTS_OF, "SELECT f.id, f.fields FROM link_to l CROSS JOIN fact f ON f.id = l.fact WHERE l.target = ?1"      \
                    " AND l.field = ?2 AND f.type = ?3 ORDER BY l.fact")                                               \
    X(SQL_SIGNED_IN, "SELECT fact FROM entry WHERE number = ?1 AND kind = 12")                                         \
    X(SQL_SIGNED_TEXT, "SELECT v.after FROM entry e JOIN entry_value v ON v.number = e.number AND v.seq = e.seq"       \
                       " WHERE e.number = ?1 AND e.fact = ?2 AND e.kind = 12")                                         \
    X(SQL_AGREED_IN, "SELECT v.after FROM entry e LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq"    \
                     " WHERE e.number = ?1 AND e.fact = ?2 AND e.kind = 13")                                           \
    X(SQL_SIGNED_WITH, "SELECT e.number, e.seq, e.type, e.fact, v.before, v.after FROM entry e JOIN entry_value v"     \
                       " ON v.number = e.number AND v.seq = e.seq WHERE e.kind = 12 AND e.fact <> ?1"                  \
                       " AND instr(v.after, ?2) > 0")                                                                  \
    X(SQL_MODEL_SINCE, "SELECT 1 FROM entry WHERE kind = 7 AND number > ?1 LIMIT 1")                                   \
    X(SQL_ENTRY_OF, "SELECT e.kind, e.type, e.fact, v.erased IS NOT NULL, v.before, v.after FROM entry e"              \
                    " LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq"                                \
                    " WHERE e.number = ?1 ORDER BY e.seq")                                                             \
    X(SQL_ENTRY_TOUCHES, "SELECT 1 FROM entry WHERE fact = ?2 AND kind <= 2 AND number = ?1")                          \
    X(SQL_ENTRY_TYPES, "SELECT DISTINCT type FROM entry WHERE number > ?1 AND type > 0 ORDER BY type")                 \
    /* Attachments. 17: ENTRY_ATTACHMENT. */                                                                           \
    X(SQL_ATTACHMENT_ADD, "INSERT INTO attachment(fact, number, name, media, size, hash, bytes)"                       \
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                       \
    X(SQL_ATTACHMENT_GET,                                                                                              \
      "SELECT " ATTACHMENT_COLUMNS ", a.bytes FROM attachment a JOIN journal j ON j.number = a.number"                 \
      " WHERE a.id = ?1 AND a.removed = 0")                                                                            \
    X(SQL_ATTACHMENT_OF, "SELECT " ATTACHMENT_COLUMNS " FROM attachment a JOIN journal j ON j.number = a.number"       \
                         " WHERE a.fact = ?1 AND a.removed = 0 ORDER BY a.id")                                         \
    X(SQL_ATTACHMENT_CHANGES,                                                                                          \
      "SELECT j.number, j.time, j.actor, j.number = a.removed, a.name, a.size FROM attachment a"                       \
      " JOIN journal j ON j.number IN (a.number, a.removed) WHERE a.fact = ?1 ORDER BY j.number DESC")                 \
    X(SQL_ATTACHMENT_SUM, "SELECT coalesce(sum(size), 0) FROM attachment WHERE fact = ?1 AND removed = 0")             \
    X(SQL_ATTACHMENT_REMOVE, "UPDATE attachment SET bytes = NULL, removed = ?2 WHERE id = ?1")                         \
    X(SQL_ATTACHMENT_STANDS, "SELECT 1 FROM attachment WHERE fact = ?1 AND number = ?2 AND removed = 0"                \
                             " AND fact IN (SELECT id FROM fact)")                                                     \
    X(SQL_ATTACHMENT_ERASE, "UPDATE attachment SET name = '', media = '', hash = x'', bytes = NULL,"                   \
                            " removed = CASE removed WHEN 0 THEN ?2 ELSE removed END"                                  \
                            " WHERE fact = ?1 AND (removed <> 0 OR fact NOT IN (SELECT id FROM fact))")                \
    X(SQL_ATTACHMENT_TOTALS, "SELECT count(*), coalesce(sum(size), 0) FROM attachment WHERE removed = 0")              \
    X(SQL_ATTACHMENT_STANDING,                                                                                         \
      "SELECT " ATTACHMENT_COLUMNS ", a.bytes, v.after FROM attachment a"                                              \
      " LEFT JOIN journal j ON j.number = a.number"                                                                    \
      " LEFT JOIN entry e ON e.number = a.number AND e.kind = 17 AND e.fact = a.fact"                                  \
      " LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq WHERE a.removed = 0 ORDER BY a.id")           \
    X(SQL_ATTACHMENT_ENTRIES, "SELECT (SELECT count(*) FROM entry WHERE kind = 17),"                                   \
                              " (SELECT count(*) + coalesce(sum(removed <> 0), 0) FROM attachment),"                   \
                              " (SELECT count(*) FROM attachment WHERE removed <> 0 AND bytes IS NOT NULL)")           \
    /* Comments and views */                                                                                           \
    X(SQL_COMMENT_ADD, "INSERT INTO comment(fact, author, time, text, place) VALUES(?1, ?2, ?3, ?4, ?5)")              \
    X(SQL_COMMENT_GET, "SELECT " COMMENT_COLUMNS " FROM comment c WHERE id = ?1")                                      \
    X(SQL_COMMENT_OF, "SELECT " COMMENT_COLUMNS " FROM comment c WHERE fact = ?1 ORDER BY id")                         \
    X(SQL_COMMENT_SETTLE,                                                                                              \
      "UPDATE comment SET settled = ?3, settled_by = ?4 WHERE fact = ?1 AND place = ?2 AND (settled = 0) = (?3 <> 0)") \
    X(SQL_COMMENT_EDIT, "UPDATE comment SET text = ?2, edited = ?3 WHERE id = ?1")                                     \
    X(SQL_COMMENT_DELETE, "UPDATE comment SET text = '', deleted = ?2 WHERE id = ?1")                                  \
    X(SQL_MENTION_ADD, "INSERT OR IGNORE INTO mention(comment, user, seen) VALUES(?1, ?2, 0)")                         \
    X(SQL_MENTION_DROP, "DELETE FROM mention WHERE comment = ?1")                                                      \
    X(SQL_MENTION_OF, "SELECT " COMMENT_COLUMNS " FROM mention m JOIN comment c ON c.id = m.comment"                   \
                      " WHERE m.user = ?1 AND m.seen = 0 ORDER BY c.id DESC LIMIT ?2")                                 \
    X(SQL_MENTION_SEE, "UPDATE mention SET seen = ?3 WHERE user = ?1 AND seen = 0 AND comment IN (SELECT id FROM "     \
                       "comment WHERE fact = ?2 AND (?4 IS NULL OR place = ?4))")                                      \
    X(SQL_VIEW_OF, "SELECT id, type, name, owner, shared, query FROM saved_view"                                       \
                   " WHERE type = ?1 AND (owner = ?2 OR shared = 1) ORDER BY name, id")                                \
    X(SQL_VIEW_GET, "SELECT id, type, name, owner, shared, query FROM saved_view WHERE id = ?1")                       \
    X(SQL_VIEW_NAMED,                                                                                                  \
      "SELECT id, type, name, owner, shared, query FROM saved_view WHERE type = ?1 AND owner = ?2 AND name = ?3")      \
    X(SQL_VIEW_PUT, "INSERT INTO saved_view(type, name, owner, shared, query) VALUES(?1, ?2, ?3, ?4, ?5)"              \
                    " ON CONFLICT(type, owner, name) DO UPDATE SET shared = excluded.shared, query = excluded.query")  \
    X(SQL_VIEW_DROP, "DELETE FROM saved_view WHERE id = ?1")                                                           \
    /* Health */                                                                                                       \
    X(SQL_CHECK_QUICK, "PRAGMA quick_check(10)")                                                                       \
    X(SQL_CHECK_FULL, "PRAGMA integrity_check(10)")                                                                    \
    X(SQL_FOREIGN_KEYS, "SELECT replace(\"table\", 'link_to', 'link') || ' without its ' || parent, count(*)"          \
                        " FROM pragma_foreign_key_check GROUP BY 1")                                                   \
    X(SQL_ORPHANS, "SELECT 'links', count(*) FROM link WHERE fact NOT IN (SELECT id FROM fact) UNION ALL"              \
                   " SELECT 'names', count(*) FROM fact_name WHERE fact NOT IN (SELECT id FROM fact) UNION ALL"        \
                   " SELECT 'aliases', count(*) FROM fact_alias WHERE fact NOT IN (SELECT id FROM fact) UNION ALL"     \
                   " SELECT 'claims', count(*) FROM claim WHERE fact NOT IN (SELECT id FROM fact) UNION ALL"           \
                   " SELECT 'values of the journal', count(*) FROM entry_value v WHERE NOT EXISTS"                     \
                   " (SELECT 1 FROM entry e WHERE e.number = v.number AND e.seq = v.seq) UNION ALL"                    \
                   " SELECT 'use', count(*) FROM usage WHERE subject NOT IN (SELECT id FROM subject)"                  \
                   " OR load NOT IN (SELECT number FROM load) UNION ALL"                                               \
                   " SELECT 'payments', count(*) FROM payment WHERE subject NOT IN (SELECT id FROM subject)"           \
                   " OR load NOT IN (SELECT number FROM load)")                                                        \
    X(SQL_CLOCK, "SELECT max(time), (SELECT count(*) FROM journal a JOIN journal b ON b.number = a.number + 1"         \
                 " WHERE b.time < a.time) FROM journal")                                                               \
    X(SQL_SECURE_DELETE, "PRAGMA secure_delete = ON")                                                                  \
    X(SQL_FOLD_LOG, "PRAGMA wal_checkpoint(TRUNCATE)")                                                                 \
    X(SQL_NAME_BEGINS, "SELECT fact FROM fact_name WHERE type = ?1 AND folded >= ?2 AND folded < ?2 || char(1114111)"  \
                       " ORDER BY folded LIMIT ?3")                                                                    \
    /* Evidence */                                                                                                     \
    X(SQL_SUBJECT_OF_APPLICATION, "SELECT id FROM subject WHERE kind = 0 AND application = ?1")                        \
    X(SQL_SUBJECT_OF_NAME, "SELECT id, application FROM subject WHERE kind = ?1 AND name = ?2")                        \
    X(SQL_SUBJECT_ADD, "INSERT INTO subject(kind, name, application) VALUES(?1, ?2, ?3)")                              \
    X(SQL_SUBJECT_ORPHAN,                                                                                              \
      "UPDATE subject SET name = CASE kind WHEN 0 THEN ?2 ELSE name END, application = NULL WHERE application = ?1")   \
    X(SQL_SUBJECT_APPLICATIONS,                                                                                        \
      "SELECT application, id FROM subject WHERE application IS NOT NULL ORDER BY application, id")                    \
    X(SQL_SUBJECT_APPLICATION, "SELECT application, id FROM subject WHERE application = ?1 ORDER BY id")               \
    X(SQL_LOAD_FIND,                                                                                                   \
      "SELECT l.file, j.time FROM load l JOIN journal j ON j.number = l.number WHERE l.content_hash = ?1")             \
    X(SQL_LOAD_ADD, "INSERT INTO load(number, file, format, content_hash, bytes, lines, skipped, first_day, last_day)" \
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")                                                     \
    X(SQL_LOAD_TOTALS, "SELECT count(*), coalesce(sum(lines), 0), coalesce(sum(bytes), 0), min(first_day), "           \
                       "max(last_day) FROM load WHERE number <= ?1")                                                   \
    X(SQL_LOAD_PROOF,                                                                                                  \
      "SELECT l.number, l.format, l.file, l.content_hash, l.bytes, l.lines, l.skipped, l.first_day, l.last_day,"       \
      " v.after FROM load l LEFT JOIN entry e ON e.number = l.number AND e.kind = ?1"                                  \
      " LEFT JOIN entry_value v ON v.number = e.number AND v.seq = e.seq ORDER BY l.number")                           \
    X(SQL_LOAD_ENTRIES, "SELECT count(*) FROM entry WHERE kind = ?1")                                                  \
    X(SQL_USAGE_PROOF, "SELECT u.load, u.subject, s.kind, s.name, u.person, u.day, u.requests, u.bytes, u.first,"      \
                       " u.last FROM usage u JOIN subject s ON s.id = u.subject"                                       \
                       " ORDER BY u.load, u.subject, u.person, u.day")                                                 \
    X(SQL_PAYMENT_PROOF, "SELECT p.load, p.subject, s.kind, s.name, p.month, p.currency, p.amount, p.lines"            \
                         " FROM payment p JOIN subject s ON s.id = p.subject ORDER BY p.load, p.seq")                  \
    X(SQL_USAGE_OF,                                                                                                    \
      "SELECT person, day, requests, bytes FROM usage WHERE subject = ?1 AND load <= ?2 ORDER BY person, day, load")   \
    X(SQL_PAYMENT_OF, "SELECT month, amount, currency FROM payment WHERE subject = ?1 AND load <= ?2 ORDER BY month, " \
                      "currency, load, seq")                                                                           \
    X(SQL_STRANGERS,                                                                                                   \
      "SELECT s.id, s.kind, s.name, coalesce(u.people, 0), coalesce(u.requests, 0), coalesce(u.bytes, 0),"             \
      " u.first_day, u.last_day FROM subject s LEFT JOIN (SELECT subject, count(DISTINCT person) AS people,"           \
      " sum(requests) AS requests, sum(bytes) AS bytes, min(day) AS first_day, max(day) AS last_day FROM usage"        \
      " GROUP BY subject) u ON u.subject = s.id WHERE s.application IS NULL"                                           \
      " AND (u.people >= 5 OR EXISTS (SELECT 1 FROM payment p WHERE p.subject = s.id))"                                \
      " ORDER BY CASE WHEN u.people >= 5 THEN u.people ELSE 0 END DESC, u.bytes DESC, s.id LIMIT ?1")                  \
    /* Imports */                                                                                                      \
    X(SQL_SHAPE_ALL, "SELECT shape, header, field FROM import_column WHERE type = ?1 AND source = ?2"                  \
                     " ORDER BY shape, header")                                                                        \
    X(SQL_SHAPE_ADD, "INSERT OR REPLACE INTO import_column(type, source, shape, header, field, actor, time)"           \
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                            \
    X(SQL_SHAPE_DROP, "DELETE FROM import_column WHERE type = ?1 AND source = ?2")                                     \
    X(SQL_CONTESTED, "SELECT f.id FROM fact f WHERE f.type = ?1 AND EXISTS (SELECT 1 FROM claim a JOIN claim b"        \
                     " ON b.fact = a.fact AND b.source > a.source WHERE a.fact = f.id) ORDER BY f.id")                 \
    /* Findings, users, sessions */                                                                                    \
    X(SQL_FINDING_ALL, "SELECT id, since, accepted, reason, until, owner, about FROM finding")                         \
    X(SQL_FINDING_ADD, "INSERT OR IGNORE INTO finding(id, since, accepted, about) VALUES(?1, ?2, 0, ?3)")              \
    X(SQL_FINDING_ABOUT, "UPDATE finding SET about = ?2 WHERE id = ?1")                                                \
    X(SQL_FINDING_DROP, "DELETE FROM finding WHERE id = ?1")                                                           \
    X(SQL_USER_ADD, "INSERT INTO user(name, shown, side, role, password_hash, closed) VALUES(?1, ?2, ?3, ?4, ?5, ?6)") \
    X(SQL_USER_GET, "SELECT id, name, shown, side, role, password_hash, closed FROM user WHERE name = ?1")             \
    X(SQL_USER_BY_ID, "SELECT id, name, shown, side, role, password_hash, closed FROM user WHERE id = ?1")             \
    X(SQL_USER_ALL, "SELECT id, name, shown, side, role, password_hash, closed FROM user ORDER BY name")               \
    X(SQL_USER_OTHER_STEWARDS,                                                                                         \
      "SELECT count(*) FROM user WHERE id <> ?1 AND role = ?2 AND closed = 0 AND password_hash <> ''")                 \
    X(SQL_USER_PASSWORD, "UPDATE user SET password_hash = ?2 WHERE id = ?1")                                           \
    X(SQL_USER_ROLE, "UPDATE user SET role = ?2 WHERE id = ?1")                                                        \
    X(SQL_USER_CLOSED, "UPDATE user SET closed = ?2 WHERE id = ?1")                                                    \
    X(SQL_WELCOME_ADD, "INSERT INTO welcome(token_hash, user, created, expires) VALUES(?1, ?2, ?3, ?4)")               \
    X(SQL_WELCOME_GET, "SELECT u.id, u.name, u.shown, u.side, u.role, u.password_hash, u.closed FROM welcome w"        \
                       " JOIN user u ON u.id = w.user WHERE w.token_hash = ?1 AND w.expires > ?2 AND u.closed = 0")    \
    X(SQL_WELCOME_DROP_OLD, "DELETE FROM welcome WHERE expires <= ?1")                                                 \
    X(SQL_WELCOME_DROP_OF, "DELETE FROM welcome WHERE user = ?1")                                                      \
    X(SQL_SESSION_ADD,                                                                                                 \
      "INSERT INTO session(token_hash, user, created, expires, used, place) VALUES(?1, ?2, ?3, ?4, ?3, ?5)")           \
    X(SQL_SESSION_GET,                                                                                                 \
      "SELECT u.id, u.name, u.shown, u.side, u.role, u.password_hash, u.closed, s.used FROM session s"                 \
      " JOIN user u ON u.id = s.user WHERE s.token_hash = ?1 AND s.expires > ?2 AND u.closed = 0")                     \
    X(SQL_SESSION_ALL_OF, "SELECT token_hash, created, used, expires, place FROM session"                              \
                          " WHERE user = ?1 AND expires > ?2 ORDER BY used DESC, created DESC, token_hash")            \
    X(SQL_SESSION_TOUCH, "UPDATE session SET used = ?2 WHERE token_hash = ?1")                                         \
    X(SQL_SESSION_DROP, "DELETE FROM session WHERE token_hash = ?1")                                                   \
    X(SQL_SESSION_DROP_OLD, "DELETE FROM session WHERE expires <= ?1")                                                 \
    X(SQL_SESSION_DROP_OF, "DELETE FROM session WHERE user = ?1")                                                      \
    X(SQL_SESSION_DROP_SOME, "DELETE FROM session WHERE user = ?1 AND token_hash <> ?3"                                \
                             " AND (?2 IS NULL OR lower(hex(substr(token_hash, 1, 8))) = ?2)")                         \
    X(SQL_TOKEN_ADD, "INSERT INTO token(user, token_hash, name, write, types, created, expires, used)"                 \
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)")                                                         \
    X(SQL_TOKEN_GET,                                                                                                   \
      "SELECT t.id, t.user, u.name, t.name, t.write, t.types, t.created, t.expires, t.used FROM token t"               \
      " JOIN user u ON u.id = t.user WHERE t.token_hash = ?1 AND t.expires > ?2 AND u.closed = 0")                     \
    X(SQL_TOKEN_BY_ID,                                                                                                 \
      "SELECT t.id, t.user, u.name, t.name, t.write, t.types, t.created, t.expires, t.used FROM token t"               \
      " JOIN user u ON u.id = t.user WHERE t.id = ?1 AND (?2 = 0 OR t.user = ?2)")                                     \
    X(SQL_TOKEN_ALL,                                                                                                   \
      "SELECT t.id, t.user, u.name, t.name, t.write, t.types, t.created, t.expires, t.used FROM token t"               \
      " JOIN user u ON u.id = t.user WHERE ?1 = 0 OR t.user = ?1 ORDER BY t.id DESC")                                  \
    X(SQL_TOKEN_NAMED, "SELECT 1 FROM token WHERE user = ?1 AND name = ?2")                                            \
    X(SQL_TOKEN_TOUCH, "UPDATE token SET used = ?2 WHERE id = ?1")                                                     \
    X(SQL_TOKEN_DROP, "DELETE FROM token WHERE id = ?1")                                                               \
    X(SQL_ANSWER_ADD, "INSERT INTO answer(holder, key, asked, number, created) VALUES(?1, ?2, ?3, ?4, ?5)")            \
    X(SQL_ANSWER_GET,                                                                                                  \
      "SELECT asked, number, created, status, etag, location, body FROM answer WHERE holder = ?1 AND key = ?2")        \
    X(SQL_ANSWER_FILL,                                                                                                 \
      "UPDATE answer SET status = ?3, etag = ?4, location = ?5, body = ?6 WHERE holder = ?1 AND key = ?2")             \
    X(SQL_ANSWER_DROP_OLD, "DELETE FROM answer WHERE created <= ?1")                                                   \
    /* Rulings */                                                                                                      \
    X(SQL_BOOK_KEEP,                                                                                                   \
      "INSERT OR IGNORE INTO rulebook_text(hash, name, version, text, since) VALUES(?1, ?2, ?3, ?4, ?5)")              \
    X(SQL_BOOK_GET, "SELECT text FROM rulebook_text WHERE hash = ?1")                                                  \
    X(SQL_RULING_LAST, "SELECT number, hash FROM ruling ORDER BY number DESC LIMIT 1")                                 \
    X(SQL_RULING_ADD, "INSERT INTO ruling(" RULING_COLUMNS                                                             \
                      ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, "     \
                      "?19, ?20, ?21)")                                                                                \
    X(SQL_RULING_OF_KEY, "SELECT " RULING_COLUMNS " FROM ruling WHERE key = ?1")                                       \
    X(SQL_RULING_GET, "SELECT " RULING_COLUMNS " FROM ruling WHERE number = ?1")                                       \
    X(SQL_RULING_ALL, "SELECT " RULING_COLUMNS " FROM ruling ORDER BY number")                                         \
    /* By the index, since nearly all rulings may be without a request. */                                             \
    X(SQL_RULING_REQUESTED, "SELECT " RULING_COLUMNS " FROM ruling INDEXED BY ruling_requested"                        \
                            " WHERE request <> 0 AND number > ?1 ORDER BY number")                                     \
    X(SQL_RULING_OVERRULINGS, "SELECT " RULING_COLUMNS " FROM ruling WHERE overrules <> 0")                            \
    X(SQL_RULING_PICK,                                                                                                 \
      "SELECT " RULING_COLUMNS " FROM ruling WHERE number < ?1 AND (?2 = 0 OR request = ?2) AND time >= ?3 AND time "  \
      "< ?4 AND (?5 IS NULL OR zone = ?5) ORDER BY number DESC LIMIT ?6")                                              \
    X(SQL_RULING_OVERRULED, "SELECT r.overrules, (SELECT o.number FROM ruling o WHERE o.overrules = r.number AND "     \
                            "r.number > 0) FROM ruling r WHERE r.number = ?1")                                         \
    /* Outgoing events. Of deliveries 0, 1, 2: DELIVERY_WAITING, DONE, GIVEN_UP. */                                    \
    X(SQL_HOOK_ANY, "SELECT 1 FROM hook WHERE paused IS NULL LIMIT 1")                                                 \
    X(SQL_HOOK_LISTENERS, "SELECT id, events FROM hook WHERE paused IS NULL ORDER BY id")                              \
    X(SQL_HOOK_TARGETS, "SELECT id, address, secret FROM hook WHERE paused IS NULL ORDER BY id")                       \
    X(SQL_HOOK_ROOM, "SELECT count(*), coalesce(sum(lower(name) = lower(?1)), 0) FROM hook")                           \
    X(SQL_HOOK_ADD, "INSERT INTO hook(name, address, events, secret, created) VALUES(?1, ?2, ?3, ?4, ?5)")             \
    X(SQL_HOOK_ALL, "SELECT " HOOK_COLUMNS " FROM hook h ORDER BY lower(h.name)")                                      \
    X(SQL_HOOK_GET, "SELECT " HOOK_COLUMNS " FROM hook h WHERE h.id = ?1")                                             \
    X(SQL_HOOK_PAUSE, "UPDATE hook SET paused = ?2 WHERE id = ?1")                                                     \
    X(SQL_HOOK_ARRIVED, "UPDATE hook SET delivered = (SELECT tried FROM delivery WHERE id = ?1) WHERE id = (SELECT "   \
                        "hook FROM delivery WHERE id = ?1)")                                                           \
    X(SQL_HOOK_DROP, "DELETE FROM hook WHERE id = ?1")                                                                 \
    X(SQL_DELIVERY_DROP_OF, "DELETE FROM delivery WHERE hook = ?1")                                                    \
    X(SQL_DELIVERY_ADD, "INSERT INTO delivery(hook, event, type, time, body, since, due, state, attempts, tried, "     \
                        "status, says) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6, 0, 0, 0, 0, '')")                            \
    X(SQL_DELIVERY_GET, "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE id = ?1 AND hook = ?2")                       \
    X(SQL_DELIVERY_DUE, "SELECT " DELIVERY_COLUMNS                                                                     \
                        " FROM delivery WHERE hook = ?1 AND state = 0 AND due <= ?2 ORDER BY due, id LIMIT ?3")        \
    X(SQL_DELIVERY_NEWEST, "SELECT " DELIVERY_COLUMNS " FROM delivery WHERE hook = ?1 ORDER BY id DESC LIMIT ?2")      \
    X(SQL_DELIVERY_TAKE, "UPDATE delivery SET attempts = attempts + 1, tried = ?2, due = ?3 WHERE id = ?1")            \
    X(SQL_DELIVERY_END,                                                                                                \
      "UPDATE delivery SET state = ?2, due = ?3, status = ?4, says = ?5 WHERE id = ?1 AND state = 0")                  \
    X(SQL_DELIVERY_AGAIN, "UPDATE delivery SET state = 0, attempts = 0, since = ?2, due = ?2 WHERE id = ?1")           \
    X(SQL_DELIVERY_NEXT,                                                                                               \
      "SELECT min(d.due) FROM hook h JOIN delivery d ON d.hook = h.id AND d.state = 0 WHERE h.paused IS NULL")         \
    X(SQL_DELIVERY_GIVE_UP,                                                                                            \
      "UPDATE delivery SET state = 2, says = 'it waited for longer than two days' WHERE state = 0 AND since < ?1")     \
    X(SQL_DELIVERY_FORGET, "DELETE FROM delivery WHERE hook = ?1 AND state <> 0 AND (since < ?2 OR id <= (SELECT id "  \
                           "FROM delivery WHERE hook = ?1 AND state <> 0 ORDER BY id DESC LIMIT 1 OFFSET ?3))")        \
    X(SQL_JOURNAL_FIRST, "SELECT hash FROM journal WHERE number = 1")                                                  \
    X(SQL_TOKEN_DROP_OF, "DELETE FROM token WHERE user = ?1")

enum store_sql {
#define X(name, text) name,
    STORE_STATEMENTS(X)
#undef X
        SQL_COUNT
};

const char *store_sql_text(enum store_sql which);

/* What is added in bulk: the statement's head and end, and the kinds of its columns, as store_bind has them. */
#define STORE_ROWS(X)                                                                                                  \
    X(ROWS_FACT, "INSERT OR FAIL INTO fact(id, type, version, fields) VALUES", "uiis", "")                             \
    X(ROWS_LINK, "INSERT OR FAIL INTO link(fact, field, ord, target) VALUES", "uiiu", "")                              \
    X(ROWS_LINK_TO, "INSERT OR IGNORE INTO link_to(target, field, fact) VALUES", "uiu", "")                            \
    X(ROWS_NAME, "INSERT OR FAIL INTO fact_name(type, folded, fact) VALUES", "isu", "")                                \
    X(ROWS_ALIAS, "INSERT OR IGNORE INTO fact_alias(type, folded, fact) VALUES", "isu", "")                            \
    X(ROWS_CLAIM, "INSERT OR FAIL INTO claim(fact, seq, source, number, file, line, fields) VALUES", "uiiusis", "")    \
    X(ROWS_ENTRY, "INSERT OR FAIL INTO entry(number, seq, kind, type, fact, digest) VALUES", "uuiiub", "")             \
    X(ROWS_ENTRY_VALUE, "INSERT OR FAIL INTO entry_value(number, seq, salt, before, after) VALUES", "uubss", "")       \
    X(ROWS_USAGE, "INSERT INTO usage(subject, person, day, load, requests, bytes, first, last) VALUES", "uuiuiuii",    \
      " ON CONFLICT(subject, person, day, load) DO UPDATE SET requests = requests + excluded.requests,"                \
      " bytes = bytes + excluded.bytes, first = min(first, excluded.first), last = max(last, excluded.last)")          \
    X(ROWS_PAYMENT, "INSERT OR FAIL INTO payment(subject, month, currency, load, seq, amount, lines) VALUES",          \
      "uisuusi", "")

/* OR FAIL: a failure gives up the whole transaction, so no statement need be undone by itself. */
enum store_rows {
#define X(name, head, columns, end) name,
    STORE_ROWS(X)
#undef X
        ROWS_COUNT
};
struct store_rows_text {
    const char *head, *columns, *end;
};
struct store_rows_text store_rows_text(enum store_rows which);

/* Append-only: migration n takes a workspace from user_version n to n + 1. */
size_t store_migration_count(void);
const char *store_migration(size_t n);

/* "Ente": how a workspace is told from other SQLite files. */
#define STORE_APPLICATION_ID 0x456e7465

#endif
