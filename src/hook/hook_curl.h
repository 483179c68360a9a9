/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl, loaded where something is sent or an address to send to is read: it brings two dozen other libraries along,
 * and most commands need none of them. Only src/hook looks in here. */
#ifndef HOOK_CURL_H
#define HOOK_CURL_H

#include "base_err.h"

#include <curl/curl.h>

#define CURL_FUNCTIONS(X)                                                                                              \
    X(easy_cleanup)                                                                                                    \
    X(easy_getinfo)                                                                                                    \
    X(easy_init)                                                                                                       \
    X(easy_setopt)                                                                                                     \
    X(easy_strerror)                                                                                                   \
    X(free)                                                                                                            \
    X(global_cleanup)                                                                                                  \
    X(global_init)                                                                                                     \
    X(multi_add_handle)                                                                                                \
    X(multi_cleanup)                                                                                                   \
    X(multi_info_read)                                                                                                 \
    X(multi_init)                                                                                                      \
    X(multi_perform)                                                                                                   \
    X(multi_poll)                                                                                                      \
    X(multi_remove_handle)                                                                                             \
    X(multi_setopt)                                                                                                    \
    X(multi_wakeup)                                                                                                    \
    X(slist_append)                                                                                                    \
    X(slist_free_all)                                                                                                  \
    X(url)                                                                                                             \
    X(url_cleanup)                                                                                                     \
    X(url_get)                                                                                                         \
    X(url_set)

struct curl {
#define X(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(X)
#undef X
};
/* It stays loaded until the process ends. */
int curl_load(struct curl *out, struct err *err) MUST_USE;

#endif
