/* SPDX-License-Identifier: Apache-2.0 */
/* The workspace's kept rulings as past requests for a replay: who asked, what people set aside, what went wrong
 * afterwards. */
#ifndef ALIGN_REPLAY_H
#define ALIGN_REPLAY_H

#include "align_asked_file.h"
#include "align_ruling.h"
#include "ruling_replay.h"

struct past;
/* `books`: a second connection, for the texts of rulebooks while rows are read. All is borrowed; picture may be NULL:
 * then nobody asked, and nothing went wrong. */
struct past *past_new(struct shelf *shelf, struct store *rows, struct store *books, const struct picture *p);
void past_free(struct past *k); /* after replay_end */
/* Hands in all rulings but those that people made by setting one aside. */
int past_hand_in(struct past *k, struct replay *r, const struct watch *watch, struct err *err) MUST_USE;
/* Only the `most` last rulings, and of these the ones by rulebooks that decide what the draft decides. */
int past_hand_in_last(struct past *k, struct replay *r, const struct rulebook *draft, size_t most,
                      struct err *err) MUST_USE;

/* Would the draft have looked at it more closely before it went wrong (1, so that it is caught), less closely (-1), or
 * can that not be said (0)? */
int replay_looks(const struct rulebook *draft, const struct replay_incident *i);

/* The requests of a file (align_asked_file.h). What cannot be read in a line, replay_end says. */
struct replay_file {
    struct replay *replay;
    const struct rulebook *draft, *against; /* against: stands for what was ruled where a line does not say it */
    int64_t now, today;
    struct watch watch; /* in bytes */
};
int replay_file_read(struct text_reader *from, const struct replay_file *of, struct err *err) MUST_USE;

/* ---- Requests of the picture, for whoever counts by them ---- */

struct asked { /* by whom and what for; STR_NONE where it is not known */
    str name, side, team;
};
void request_asked(const struct picture *p, uint64_t request, struct asked *out);
/* Incidents that happened on `day` or later in what the request was about: its application, a build that it cleared,
 * an exception that it was granted. */
size_t request_incidents(const struct picture *p, struct arena *a, uint64_t request, int64_t day, const uint64_t **out);

#endif
