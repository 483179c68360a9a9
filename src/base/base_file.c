/* SPDX-License-Identifier: Apache-2.0 */
#include "base_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, NAMES_TRIED = 100 };

/* As read(2), but a signal does not end it. */
static ssize_t read_some(int fd, void *to, size_t n)
{
    ssize_t got;
    do got = read(fd, to, n);
    while (got < 0 && errno == EINTR);
    return got;
}

static int fail(struct err *err, const char *what, const char *path)
{
    err_errno(err, what);
    return err_in(err, str_of(path));
}

static int read_all(int fd, size_t cap, struct buf *into, const char *path, struct err *err)
{
    char piece[PIECE];
    for (ssize_t got; (got = read_some(fd, piece, sizeof piece)) != 0;) {
        if (got < 0) return fail(err, "cannot read", path);
        buf_put(into, piece, (size_t)got);
        if (into->n > cap || into->full) {
            err_set(err, ERR_LIMIT, "larger than the limit of %zu bytes", cap);
            return err_in(err, str_of(path));
        }
    }
    return 0;
}

int file_read(struct arena *a, const char *path, size_t cap, str *out, struct err *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(err, "cannot open", path);
    struct buf text;
    buf_init(&text, cap < SIZE_MAX / 4 ? cap + PIECE : cap);
    int status = read_all(fd, cap, &text, path, err);
    if (!is_stdin) close(fd);
    if (status == 0) *out = buf_copy(&text, a);
    buf_release(&text);
    return status;
}

static int write_all(int fd, str text)
{
    while (text.n) {
        ssize_t done = write(fd, text.p, text.n);
        if (done < 0 && errno != EINTR) return -1;
        if (done > 0) text = str_from(text, (size_t)done);
    }
    return 0;
}

/* Not a file to replace but a thing to write to: a pipe, a terminal, /dev/null. */
static int write_through(const char *path, str text, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return fail(err, "cannot open", path);
    int status = write_all(fd, text) < 0 ? fail(err, "cannot write", path) : 0;
    close(fd);
    return status;
}

/* The rename is on disk only when the folder is. Not every file system can; then the rename has to do. */
static void sync_folder(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder = !slash ? "." : slash == path ? "/" : arena_copy(a, (str){path, (size_t)(slash - path)}).p;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}

static int write_beside(struct arena *a, const char *path, const mode_t *mode, str text, struct err *err)
{
    const char *beside = NULL;
    int fd = -1;
    for (int i = 0; i < NAMES_TRIED && fd < 0; i++) {
        beside = arena_printf(a, "%s.%ld-%d.new", path, (long)getpid(), i).p;
        fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST) break;
    }
    if (fd < 0) return fail(err, "cannot write", path);
    bool good = write_all(fd, text) == 0 && (!mode || fchmod(fd, *mode & 07777) == 0) && fsync(fd) == 0;
    int problem = errno;
    if (close(fd) < 0 && good) good = false, problem = errno;
    if (good && rename(beside, path) < 0) good = false, problem = errno;
    if (!good) {
        unlink(beside);
        errno = problem;
        return fail(err, "cannot write", path);
    }
    sync_folder(a, path);
    return 0;
}

int file_write(const char *path, str text, struct err *err)
{
    struct stat about;
    bool is_there = stat(path, &about) == 0;
    if (is_there && !S_ISREG(about.st_mode)) return write_through(path, text, err);
    /* Through a symbolic link, what it points to is replaced, not the link. */
    char *real = is_there ? realpath(path, NULL) : NULL;
    if (is_there && !real) return fail(err, "cannot write", path);
    struct arena scratch;
    arena_init(&scratch, 0);
    int status = write_beside(&scratch, real ? real : path, is_there ? &about.st_mode : NULL, text, err);
    arena_release(&scratch);
    free(real);
    return status;
}
