#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_library_example.sh BUILD SOURCE COMPILER [FLAG…]: installs the library, compiles the example of docs/library.md
# against the installed header by pkg-config, and holds what it prints against the document.
set -eu
build=$1 source=$2
shift 2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
block() { awk -v mark="\`\`\`$1" '$0 == mark { on = 1; next } $0 == "```" { on = 0 } on' "$source/docs/library.md"; }
block c >"$dir/price.c"
block text >"$dir/want"
meson install -C "$build" --no-rebuild --tags devel --destdir "$dir/root" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
pc=$(find "$dir/root" -name entente.pc)
prefix=$dir/root$(sed -n 's/^prefix=//p' "$pc")
flags=$(PKG_CONFIG_PATH=$(dirname "$pc") pkg-config --define-variable=prefix="$prefix" --cflags --libs entente)
library=$(dirname "$(find "$dir/root" -name libentente.so)")
"$@" -std=c17 -Wall -Wextra -Werror "$dir/price.c" $flags -Wl,-rpath,"$library" -o "$dir/price"
"$dir/price" >"$dir/got"
failed=0
diff "$dir/want" "$dir/got" || failed=1
nm -D --defined-only "$library/libentente.so" | awk '$2 ~ /[A-Z]/ && $3 !~ /^entente_/ && $3 !~ /^__(a|t|ub)san|^_/ { print "exported too: " $3; bad = 1 } END { exit bad }' || failed=1
lines=$(wc -l <"$dir/price.c")
[ "$lines" -le 60 ] || { echo "the example has $lines lines"; failed=1; }
echo "$((1 - failed)) passed, $failed failed"
exit $failed
