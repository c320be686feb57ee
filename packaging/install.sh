#!/bin/sh
# Installs Portolan for this user, without root: program, man pages and completions below ~/.local.
#
#   curl -fsSL https://github.com/@REPOSITORY@/releases/latest/download/install.sh | sh
#
# PORTOLAN_VERSION=X.Y.Z chooses a version, PREFIX another folder, PORTOLAN_DOWNLOADS another place of the files.
set -eu

prefix=${PREFIX:-$HOME/.local}
version=${PORTOLAN_VERSION:-@VERSION@}
downloads=${PORTOLAN_DOWNLOADS:-https://github.com/@REPOSITORY@/releases/download/v$version}

fail() { echo "portolan: $*" >&2; exit 1; }

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) target=x86_64-unknown-linux-gnu ;;
  Linux-aarch64 | Linux-arm64) target=aarch64-unknown-linux-gnu ;;
  Darwin-x86_64) target=x86_64-apple-darwin ;;
  Darwin-arm64) target=aarch64-apple-darwin ;;
  *) fail "no package for $(uname -s) on $(uname -m); build it with cargo install --path ." ;;
esac

name=portolan-$version-$target
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for file in "$name.tar.gz" SHA256SUMS; do
  curl -fsSL "$downloads/$file" -o "$folder/$file" || fail "can't download $downloads/$file"
done
cd "$folder"
grep -F "  $name.tar.gz" SHA256SUMS >expected || fail "SHA256SUMS does not name $name.tar.gz"
if command -v sha256sum >/dev/null; then sum="sha256sum -c"; else sum="shasum -a 256 -c"; fi
$sum expected >/dev/null || fail "$name.tar.gz is damaged: its checksum is wrong"
tar -xzf "$name.tar.gz"
mkdir -p "$prefix"
cp -R "$name/bin" "$name/share" "$prefix/"

echo "portolan $version is in $prefix/bin"
case ":$PATH:" in
  *":$prefix/bin:"*) echo "start it with: portolan" ;;
  *) echo "start it with: $prefix/bin/portolan (or add $prefix/bin to PATH)" ;;
esac
