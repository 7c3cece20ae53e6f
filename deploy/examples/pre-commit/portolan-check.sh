#!/usr/bin/env bash
# Called by pre-commit with its args and the changed files; flags go on to portolan check, files become its manifests.
# As a plain git hook: portolan-check.sh --alone $(git diff --cached --name-only --diff-filter=d -- 'manifests/*.yaml')
set -euo pipefail
args=()
for word in "$@"; do
  if [ -f "$word" ] && [ "${previous:-}" != --snapshot ] && [ "${previous:-}" != --policy ]; then args+=(-f "$word"); else args+=("$word"); fi
  previous=$word
done
[[ " ${args[*]} " == *" -f "* ]] || exit 0
exec portolan check "${args[@]}" --quiet
