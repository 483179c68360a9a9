/* SPDX-License-Identifier: Apache-2.0 */
#include "hook_curl.h"

#include <dlfcn.h>

static int fail(struct err *err)
{
    const char *why = dlerror();
    return err_set(err, ERR_IO, "outgoing events need libcurl, which cannot be loaded (%s); install libcurl4",
                   why ? why : "not this one");
}

int curl_load(struct curl *out, struct err *err)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_NODELETE);
    if (!library) return fail(err);
#define X(name)                                                                                                        \
    if (!(out->name = (__typeof__(out->name))dlsym(library, "curl_" #name))) return fail(err);
    CURL_FUNCTIONS(X)
#undef X
    return 0;
}
