#!/usr/bin/env bash
# Builds the image of deploy/Dockerfile for amd64 and arm64. Under REF_TYPE=tag it is pushed, and its name and
# digest are outputs of the step.
#
#   tools/release/image.sh ghcr.io/owner/finpipe
#
# Not run here: there is no container engine where it was written. A test runs it with a stand-in for docker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly NAME=$1
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' deno.json)
commit=$(git rev-parse HEAD)
metadata=$(mktemp)
trap 'rm -f "$metadata"' EXIT

options=(
  --file deploy/Dockerfile
  --platform 'linux/amd64,linux/arm64'
  --build-arg "VERSION=$version"
  --build-arg "SOURCE_COMMIT=$commit"
  --build-arg "SOURCE=https://github.com/${GITHUB_REPOSITORY:-}"
  --tag "$NAME:$version"
  --provenance mode=max
  --metadata-file "$metadata"
)
if [[ ${REF_TYPE:-} == tag ]]; then options+=(--push); fi

docker buildx create --use >/dev/null
docker buildx build "${options[@]}" .
if [[ ${REF_TYPE:-} == tag ]]; then
  digest=$(sed -n 's/^ *"containerimage.digest": "\(sha256:[0-9a-f]*\)".*/\1/p' "$metadata")
  printf 'name=%s\ndigest=%s\n' "$NAME" "$digest" >>"$GITHUB_OUTPUT"
fi
