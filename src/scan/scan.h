/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: reads logs and ledgers, finds the applications behind them, and rolls up who used what on which day and
 * what was paid in which month. Streaming: memory grows with distinct results (host, person, day, payee), never with
 * the file.
 *
 * The order of calls: scan_new, scan_file for each file, scan_finish, scan_result, scan_save (scan_save.h), scan_free.
 * Persons are keyed hashes from the first moment on: no name is ever kept. Days are UTC days.
 *
 * What is wrong in a file is counted with its place and never stops the scan; a file in which nothing could be read, or
 * whose columns cannot be told, is an error that says what was expected. */
#ifndef SCAN_H
#define SCAN_H

#include "scan_catalogue.h"
#include "scan_format.h"

#include "store.h"

/* What the workspace already knows; borrowed for the life of the scan. */
struct scan_known {
    uint64_t fact;
    str name;
    const str *aliases; /* other names, sign-on names */
    size_t alias_count;
    const str *domains;
    size_t domain_count;
    const str *payees; /* names on statements and in ledgers: what follows them does not matter */
    size_t payee_count;
};

struct scan_progress { /* `total` is 0 when unknown (standard input) */
    void *self;
    void (*report)(void *self, const char *path, uint64_t bytes_done, uint64_t bytes_total, uint64_t lines);
};

enum scan_day_order { DAY_ORDER_GUESS, DAY_ORDER_DAY_FIRST, DAY_ORDER_MONTH_FIRST };

struct scan_options {
    const struct scan_known *known;
    size_t known_count;
    const unsigned char *person_key; /* 32 bytes: store_person_key() */
    str format;                      /* a format's id; STR_NONE: by content */
    /* Ledgers whose columns cannot be told: "date=3,payee=5,amount=7", from 1; also currency=8; month=2014-05 stands
     * for a date that the file lacks. STR_NONE: by header words. */
    str columns;
    str currency; /* where the ledger says none; STR_NONE: the format's */
    enum scan_day_order day_order;
    struct scan_progress progress; /* report may be NULL */
};

enum { SCAN_SKIPS_KEPT = 20, SCAN_LINE_CAP = 1 << 20 };

struct scan_skip {
    uint64_t line;
    const char *reason; /* static */
};

struct scan_subject {
    enum subject_kind kind;
    uint64_t application; /* SUBJECT_APPLICATION: the fact */
    const struct catalogue_item
        *product;  /* SUBJECT_PRODUCT, and SUBJECT_APPLICATION where the catalogue has it; or NULL */
    str name;      /* the application's, the product's, the registrable domain, the cleaned payee */
    str written;   /* PAYEE or paid: as first written; else STR_NONE */
    bool embedded; /* hosts that only load inside other pages: no use by people, so no usage rows */
    uint64_t requests, bytes;
    int64_t first, last; /* UTC seconds; 0 when no log line */
    /* set by scan_finish */
    uint32_t people, days; /* distinct, over all files */
    bool shown;            /* as many people as the policy asks for, or it is paid */
    bool use_shown;        /* as many people: then also how many, and what they did */
    bool proposed;         /* a product that the policy makes a proposed application */
    uint64_t lines_paid;
    int64_t paid; /* hundredths, in the currency of its first payment; others are in the payments only */
    char currency[4];
};

struct scan_payment {
    uint32_t subject;
    int32_t month;  /* year * 12 + month - 1 */
    int64_t amount; /* hundredths; refunds are taken off */
    char currency[4];
    uint32_t lines;
};

struct scan_file {
    str path;
    const struct scan_format *format;
    unsigned char content_hash[32]; /* of the bytes; above 8 MiB of the size and 64 pieces */
    uint64_t bytes, lines;          /* read */
    uint64_t counted;               /* lines that made it into the roll-ups */
    uint64_t refused;               /* requests that the proxy refused: read, no use of anything */
    uint64_t blank, skipped;
    uint64_t repeated; /* ledger lines that an earlier file of this scan already had */
    struct scan_skip skips[SCAN_SKIPS_KEPT];
    size_t skip_count;
    int duplicate_of; /* -1, or the earlier file of this scan with the same content: nothing of it is counted again */
    str note;         /* what was decided by guess or could not be done: for people; may be empty */
    int64_t first, last; /* UTC seconds */
    double seconds;
    size_t usage_from, usage_to, payments_from, payments_to; /* places in the result */
    /* ledger: which columns, from 1 (0: none) */
    uint32_t date_column, payee_column, amount_column, currency_column;
};

struct scan_result {
    const struct scan_file *files;
    size_t file_count;
    const struct scan_subject *subjects;
    size_t subject_count;
    const struct evidence_usage *usage; /* distinct by (file, subject, person, day) */
    size_t usage_count;
    const struct scan_payment *payments; /* distinct by (file, subject, month, currency) */
    size_t payment_count;
    uint64_t people; /* distinct, over all files */
    uint64_t bytes, lines, counted, skipped;
    int64_t first, last;
    double seconds;
    const uint32_t *by_people; /* shown subjects seen in logs: most people, then most bytes first */
    size_t by_people_count;
    const uint32_t *by_paid; /* subjects that are paid, largest sum first */
    size_t by_paid_count;
};

struct scan;
int scan_new(const struct scan_options *options, struct scan **out, struct err *err) MUST_USE;
void scan_free(struct scan *s);
/* "-" is standard input; a gzip file is read as what is in it. */
int scan_file(struct scan *s, const char *path, struct err *err) MUST_USE;
/* The same from memory (tests, forms). `name` is what messages say. */
int scan_memory(struct scan *s, str name, str bytes, struct err *err) MUST_USE;
/* Counts people and days, applies the policy, orders. No scan_file after it. */
void scan_finish(struct scan *s);
const struct scan_result *scan_result(const struct scan *s);

#endif
